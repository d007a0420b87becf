-- What every model gives for purchases, looked up and calculated once for all that sum it.
select
    conversion_key,
    touch_number,
    converted_at,
    person_key,
    customer_segment,
    value_segment,
    channel,
    influencer_id,
    campaign_id,
    deliverable_id
    {%- for attribution_model in attribution_models() %},
    {{ attribution_model }}_credit,
    {{ attribution_model }}_cents
    {%- endfor %}
from (
    {{ credits_side_by_side("conversions.conversion_type = 'purchase'") }}
) as credits
-- Touches that no model credits are left out.
where
    coalesce(
        {%- for attribution_model in attribution_models() %}
        {{ attribution_model }}_credit{% if not loop.last %},{% endif %}
        {%- endfor %}
    ) is not null
