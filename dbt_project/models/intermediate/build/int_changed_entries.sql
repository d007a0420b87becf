{{ config(materialized='incremental', incremental_strategy='replace_all') }}

-- Entries of changed visitors' sessions, looked up once for all models that are built of them; empty when everything is built
-- anyway and they read int_session_entries (entries_to_build).
-- depends_on: {{ ref('int_changed_visitors') }}
-- depends_on: {{ ref('int_changed_clicks') }}
-- depends_on: {{ ref('int_session_spans') }}
{% if partial_build() -%}
{{ session_entries(ref('int_changed_clicks')) }}
{%- else -%}
select * from {{ ref('int_session_entries') }} where false
{%- endif %}
