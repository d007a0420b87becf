{{ config(meta={'dagster': {'ref': {'name': 'stg_web__clicks'}}}) }}

-- Detects clicks that staging loses or repeats: raw clicks = staged clicks + dropped duplicates, and of every
-- repeated event exactly one row stays.
-- A failure means that sessions are built on other events than those that were loaded.
with counted as (
    select
        (select count(*) from {{ source('raw', 'clicks') }}) as raw_clicks,
        (select count(*) from {{ ref('stg_web__clicks') }}) as staged_clicks,
        (
            select coalesce(sum(raw_rows - case when is_kept then 1 else 0 end), 0)
            from {{ ref('stg_web__duplicate_events') }}
        ) as dropped_duplicates,
        (select count(distinct event_key) from {{ ref('stg_web__duplicate_events') }}) as repeated_events,
        (select count(*) from {{ ref('stg_web__duplicate_events') }} where is_kept) as kept_events
)

select *
from counted
where raw_clicks <> staged_clicks + dropped_duplicates or repeated_events <> kept_events
