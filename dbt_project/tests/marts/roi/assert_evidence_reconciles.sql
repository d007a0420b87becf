{{ config(meta={'dagster': {'ref': {'name': 'mart_order_evidence'}}}) }}

-- Detects claims on an order that state another revenue than the order, codes whose revenue is not that of the orders which
-- they were redeemed in, and discounts given that are not those of these orders.
-- A failure means that a code seems to sell, or to cost, what it did not; the column `figure` says which.
with claims as (
    select
        evidence.conversion_id,
        evidence.influencer_id,
        lower(evidence.promo_code) as code_key,
        evidence.is_winning_code,
        evidence.is_suspect_code,
        evidence.revenue as claimed_revenue,
        conversions.revenue,
        conversions.discount_amount
    from {{ ref('mart_order_evidence') }} as evidence
    left join {{ ref('fct_conversions') }} as conversions on evidence.conversion_id = conversions.conversion_id
),

codes as (
    select
        influencer_id,
        code_key,
        sum(revenue) as revenue,
        sum(case when is_suspect_code then revenue else 0 end) as suspect_revenue
    from claims
    where code_key is not null
    group by influencer_id, code_key
),

discounts as (
    select influencer_id, sum(discount_amount) as discount_given
    from claims
    where is_winning_code
    group by influencer_id
),

-- A code whose owner's row is missing is what assert_redemptions_are_all_codes looks for.
figures as (
    select 'claim on ' || conversion_id as figure, influencer_id, claimed_revenue as found, revenue as expected
    from claims
    union all
    select 'revenue of code ' || health.promo_code, health.influencer_id, health.revenue, coalesce(codes.revenue, 0)
    from {{ ref('mart_promo_code_health') }} as health
    left join codes on health.influencer_id = codes.influencer_id and lower(health.promo_code) = codes.code_key
    union all
    select
        'suspect revenue of code ' || health.promo_code,
        health.influencer_id,
        health.suspect_revenue,
        coalesce(codes.suspect_revenue, 0)
    from {{ ref('mart_promo_code_health') }} as health
    left join codes on health.influencer_id = codes.influencer_id and lower(health.promo_code) = codes.code_key
    union all
    select 'discount given under ' || roi.attribution_model, roi.influencer_id, roi.discount_given, coalesce(discounts.discount_given, 0)
    from {{ ref('mart_influencer_roi') }} as roi
    left join discounts on roi.influencer_id = discounts.influencer_id
)

select *
from figures
where found <> expected or found is null or expected is null
