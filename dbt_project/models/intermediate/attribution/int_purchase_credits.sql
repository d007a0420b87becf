-- What every model gives for purchases, looked up and calculated once for all that sum it.
select
    attribution_model,
    conversion_key,
    touch_number,
    converted_at,
    person_key,
    customer_segment,
    value_segment,
    channel,
    influencer_id,
    campaign_id,
    deliverable_id,
    credit,
    attributed_revenue
from {{ ref('int_credits') }}
where conversion_type = 'purchase'
