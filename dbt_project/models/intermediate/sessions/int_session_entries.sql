{{ config(incremental_strategy='replace_changed', unique_key='visitor_key', meta={'day_of': 'started_at'}) }}

-- A view where joining the first events costs less than writing them down (dbt_project.yml).
-- depends_on: {{ ref('int_changed_visitors') }}
{{ session_entries(ref('stg_web__clicks')) }}
