{{ config(meta={'dagster': {'ref': {'name': 'mart_customer_journeys'}}}) }}

-- Detects conversions that a journey mart lacks or has twice, with their revenue.
-- A failure means that a timeline misses a purchase, or that path lengths describe other conversions than were made; the
-- column `figure` names the mart.
with conversions as (
    select conversion_type, count(*) as conversions, sum(revenue) as revenue
    from {{ ref('fct_conversions') }}
    group by conversion_type
),

figures as (
    select 'summary' as figure, conversion_type, cast(sum(conversions) as double) as conversions, sum(revenue) as revenue
    from {{ ref('mart_journey_summary') }}
    group by conversion_type
    union all
    select 'timeline', conversion_type, cast(count(*) as double), sum(revenue)
    from {{ ref('mart_customer_journeys') }}
    where event_type = 'conversion'
    group by conversion_type
    union all
    select 'goals under ' || attribution_model, conversion_type, sum(conversions), 0
    from {{ ref('mart_micro_conversions') }}
    where conversions is not null
    group by attribution_model, conversion_type
)

select
    figures.figure,
    coalesce(figures.conversion_type, conversions.conversion_type) as conversion_type,
    figures.conversions,
    figures.revenue,
    conversions.conversions as expected_conversions,
    conversions.revenue as expected_revenue
from conversions
full outer join figures on conversions.conversion_type = figures.conversion_type
where
    conversions.conversion_type is null and figures.conversions > 0
    or figures.conversion_type is null
    or figures.revenue <> conversions.revenue
    or abs(figures.conversions - conversions.conversions) > 0.000001 * conversions.conversions
