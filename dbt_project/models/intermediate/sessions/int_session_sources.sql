{{ config(materialized='view') }}

-- A view: int_sessions reads it once. No step needs all rows at once.
{{ session_sources(ref('int_session_entries')) }}
