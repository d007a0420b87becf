{{ config(materialized='view') }}

-- fct_attribution by short keys, for whoever sums it up: ids of conversions and touches are wide, and read for nothing there.
with credits as (
    {{ credits_of_all_models() }}
)

select
    credits.attribution_model,
    credits.conversion_key,
    credits.touch_number,
    conversions.conversion_type,
    conversions.converted_at,
    conversions.person_id,
    conversions.customer_segment,
    conversions.value_segment,
    coalesce(journeys.channel, '(unattributed)') as channel,
    journeys.influencer_id,
    journeys.campaign_id,
    journeys.deliverable_id,
    credits.credit,
    credits.attributed_revenue
{{ from_credits() }}
