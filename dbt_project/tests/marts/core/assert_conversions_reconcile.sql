{{ config(meta={'dagster': {'ref': {'name': 'fct_conversions'}}}) }}

-- Detects conversions that get lost or repeated between purchases and goals and what is published, journeys
-- that are not the index's, and sessions that are not all published.
-- A failure means that the published tables do not tell of the same business as the warehouse.
with counted as (
    select
        (select count(*) from {{ ref('int_purchases') }}) as purchases,
        (
            select count(*)
            from {{ ref('int_goals') }}
            where is_attributed and person_key is not null
        ) as goals,
        (select count(*) from {{ ref('fct_conversions') }}) as conversions,
        (select coalesce(sum(revenue), 0) from {{ ref('int_purchases') }}) as purchase_revenue,
        (select coalesce(sum(revenue), 0) from {{ ref('fct_conversions') }}) as conversion_revenue,
        (select count(*) from {{ ref('int_journeys') }} where is_in_path) as index_touches,
        (select count(*) from {{ ref('fct_journeys') }}) as published_touches,
        (select count(*) from {{ ref('int_sessions') }}) as sessions,
        (select count(*) from {{ ref('fct_sessions') }}) as published_sessions
)

select *
from counted
where
    conversions <> purchases + goals
    or purchase_revenue <> conversion_revenue
    or index_touches <> published_touches
    or sessions <> published_sessions
