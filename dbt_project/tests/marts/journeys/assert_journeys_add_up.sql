{{ config(meta={'dagster': {'ref': {'name': 'mart_customer_journeys'}}}) }}

-- Detects conversions that a journey mart lacks or has twice, with their revenue, also of those with an influencer.
-- A failure means that a timeline misses a purchase, or that path lengths describe other conversions than were made; the
-- column `figure` names the mart.
with conversions as (
    select conversion_type, count(*) as conversions, sum(revenue) as revenue
    from {{ ref('fct_conversions') }}
    group by conversion_type
),

influenced as (
    select conversions.conversion_type, count(*) as conversions, sum(conversions.revenue) as revenue
    from {{ ref('fct_conversions') }} as conversions
    where conversions.conversion_id in (select conversion_id from {{ ref('fct_journeys') }} where influencer_id is not null)
    group by conversions.conversion_type
),

expected as (
    select 'all' as part, conversion_type, conversions, revenue from conversions
    union all
    select 'influenced' as part, conversion_type, conversions, revenue from influenced
),

figures as (
    select
        'influenced' as part,
        'summary, with an influencer' as figure,
        conversion_type,
        cast(sum(conversions_with_influencer) as double) as conversions,
        sum(revenue_with_influencer) as revenue
    from {{ ref('mart_journey_summary') }}
    group by conversion_type
    having sum(conversions_with_influencer) > 0 or sum(revenue_with_influencer) <> 0
    union all
    select 'all', 'summary' as figure, conversion_type, cast(sum(conversions) as double) as conversions, sum(revenue) as revenue
    from {{ ref('mart_journey_summary') }}
    group by conversion_type
    union all
    select 'all', 'timeline', conversion_type, cast(count(*) as double), sum(revenue)
    from {{ ref('mart_customer_journeys') }}
    where event_type = 'conversion'
    group by conversion_type
    union all
    select 'all', 'goals under ' || attribution_model, conversion_type, sum(conversions), 0
    from {{ ref('mart_micro_conversions') }}
    where conversions is not null
    group by attribution_model, conversion_type
)

select
    figures.figure,
    coalesce(figures.conversion_type, expected.conversion_type) as conversion_type,
    figures.conversions,
    figures.revenue,
    expected.conversions as expected_conversions,
    expected.revenue as expected_revenue
from expected
full outer join figures
    on expected.part = figures.part and expected.conversion_type = figures.conversion_type
where
    expected.conversion_type is null and figures.conversions > 0
    or figures.conversion_type is null
    or coalesce(figures.revenue, 0) <> coalesce(expected.revenue, 0)
    or abs(figures.conversions - expected.conversions) > 0.000001 * expected.conversions
