-- Visitors whose events changed since the last complete build; empty when everything is built anyway. Events that a
-- late duplicate displaced belong to visitors of their own. Both streams of a visitor, granted and denied, are redone.
-- depends_on: {{ ref('int_build_fingerprint') }}
{{ config(materialized='incremental', incremental_strategy='replace_all') }}

with new_events as (
    select event_key, visitor_key
    from {{ source('raw', 'clicks') }}
    where {{ new_files() if partial_build() else 'false' }}
),

visitors as (
    select visitor_key from new_events
    union
    select duplicates.visitor_key
    from {{ ref('stg_web__duplicate_events') }} as duplicates
    where duplicates.raw_event_key in (select event_key from new_events)
)

select visitor_key from visitors
union all
select -1 - visitor_key as visitor_key from visitors
