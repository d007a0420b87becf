{{ config(meta={'dagster': {'ref': {'name': 'mart_model_segments'}}}) }}

-- Detects comparisons that do not hold exactly the purchases of fct_conversions: segments of a model and dimension, and keys
-- that opened journeys, closed them, or were on the way (where a purchase counts for each key).
-- A failure means that a purchase is counted twice or lost in a comparison; the column `figure` names which.
with purchases as (
    select count(*) as conversions, coalesce(sum(revenue), 0) as revenue
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

touched as (
    select count(*) as conversions, coalesce(sum(revenue), 0) as revenue
    from {{ ref('fct_conversions') }}
    where
        conversion_type = 'purchase'
        and conversion_id in (select conversion_id from {{ ref('fct_journeys') }} where is_creditable)
),

-- A purchase as often as keys were on the way.
passed as (
    select count(*) as conversions, coalesce(sum(conversions.revenue), 0) as revenue
    from (
        select distinct conversion_key, touch_key
        from {{ ref('int_journeys') }}
        where is_creditable
    ) as keys
    inner join {{ ref('int_conversions') }} as conversions on keys.conversion_key = conversions.conversion_key
    where conversions.conversion_type = 'purchase'
),

figures as (
    select
        'segments: ' || segments.attribution_model || ' by ' || segments.dimension as figure,
        sum(segments.conversions) as conversions,
        sum(segments.attributed_revenue) as revenue,
        min(purchases.conversions) as expected_conversions,
        min(purchases.revenue) as expected_revenue
    from {{ ref('mart_model_segments') }} as segments
    cross join purchases
    group by segments.attribution_model, segments.dimension
    union all
    select
        'introduced',
        cast(sum(assisted.introduced_conversions) as double),
        sum(assisted.introduced_revenue),
        min(touched.conversions),
        min(touched.revenue)
    from {{ ref('mart_assisted_conversions') }} as assisted
    cross join touched
    where assisted.conversion_type = 'purchase'
    union all
    select
        'closed',
        cast(sum(assisted.closed_conversions) as double),
        sum(assisted.closed_revenue),
        min(touched.conversions),
        min(touched.revenue)
    from {{ ref('mart_assisted_conversions') }} as assisted
    cross join touched
    where assisted.conversion_type = 'purchase'
    union all
    select
        'on the way',
        cast(sum(assisted.in_path_conversions) as double),
        sum(assisted.in_path_revenue),
        min(passed.conversions),
        min(passed.revenue)
    from {{ ref('mart_assisted_conversions') }} as assisted
    cross join passed
    where assisted.conversion_type = 'purchase'
)

select *
from figures
where revenue <> expected_revenue or abs(conversions - expected_conversions) > 0.000001 * greatest(expected_conversions, 1)
