{{ config(materialized='incremental', incremental_strategy='replace_all') }}

-- Entries of changed visitors' sessions, looked up once for all models that are built of them; empty when everything is built
-- anyway and they read int_session_entries (entries_to_build), because then no clicks are changed ones.
-- depends_on: {{ ref('int_changed_visitors') }}
{{ session_entries(ref('int_changed_clicks')) }}
