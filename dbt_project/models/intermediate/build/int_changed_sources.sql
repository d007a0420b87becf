{{ config(materialized='view') }}

-- Where the sessions of changed visitors came from; int_sessions reads it in a partial build.
{{ session_sources(ref('int_changed_entries')) }}
