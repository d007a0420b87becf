{{ config(meta={'dagster': {'ref': {'name': 'mart_promo_code_health'}}}) }}

-- Detects redeemed influencer codes that mart_promo_code_health lacks or counts twice.
-- A failure means that a code of an order belongs to no owner of the registry, or to several at once.
with redeemed as (
    select influencer_id, count(*) as redemptions
    from {{ ref('int_order_codes') }}
    group by influencer_id
),

reported as (
    select influencer_id, sum(redemptions) as redemptions
    from {{ ref('mart_promo_code_health') }}
    group by influencer_id
)

select redeemed.influencer_id, redeemed.redemptions, reported.redemptions as reported_redemptions
from redeemed
left join reported on redeemed.influencer_id = reported.influencer_id
where reported.redemptions is null or reported.redemptions <> redeemed.redemptions
