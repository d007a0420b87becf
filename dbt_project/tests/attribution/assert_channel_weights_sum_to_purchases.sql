{{ config(meta={'dagster': {'ref': {'name': 'mart_channel_weights'}}}) }}

-- Detects models of mart_channel_weights whose keys do not share exactly the purchases that have a creditable touch.
-- A failure means that a purchase is counted twice, or lost, between the journeys and the weights.
with touched as (
    select count(*) as conversions, coalesce(sum(conversions.revenue), 0) as revenue
    from {{ ref('int_conversions') }} as conversions
    where
        conversions.conversion_type = 'purchase'
        and exists (
            select 1 from {{ ref('int_journeys') }} as journeys
            where journeys.conversion_key = conversions.conversion_key and journeys.is_creditable
        )
),

weighted as (
    select
        attribution_model,
        sum(share) as share,
        sum(conversions) as conversions,
        sum(revenue) as revenue
    from {{ ref('mart_channel_weights') }}
    group by attribution_model
)

select weighted.*, touched.conversions as purchases, touched.revenue as purchase_revenue
from weighted
cross join touched
where
    weighted.revenue <> touched.revenue
    or abs(weighted.conversions - touched.conversions) > 0.000001 * greatest(touched.conversions, 1)
    or abs(weighted.share - 1) > 0.000001
