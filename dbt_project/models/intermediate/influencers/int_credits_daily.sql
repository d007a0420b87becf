-- Credited purchases, summed once for all ROI marts. Credit stays a decimal, so that sums of sums do not depend on order.
with credits as (
    select
        facts.*,
        {{ reporting_date('facts.converted_at') }} as reporting_day,
        purchases.is_first_purchase,
        cast(purchases.contribution as double) as contribution,
        cast(purchases.customer_revenue as double) as customer_revenue
    from {{ ref('int_purchase_credits') }} as facts
    inner join {{ ref('int_order_values') }} as purchases on facts.conversion_key = purchases.conversion_key
),

summed as (
    select
        reporting_day,
        channel,
        influencer_id,
        campaign_id,
        deliverable_id
        {%- for attribution_model in attribution_models() %}
        {%- set credit = attribution_model ~ '_credit' %}
        {%- set cents = attribution_model ~ '_cents' %},
        {{ sum_of_credit(credit) }} as {{ attribution_model }}_conversions,
        {{ sum_of_credit('case when is_first_purchase then ' ~ credit ~ ' end') }} as {{ attribution_model }}_new_customers,
        sum({{ cents }}) as {{ attribution_model }}_cents,
        sum(case when is_first_purchase then {{ cents }} end) as {{ attribution_model }}_new_customer_cents,
        sum(cast({{ credit }} * contribution as decimal(28, 12))) as {{ attribution_model }}_contribution,
        count(case when contribution is null then {{ credit }} end) as {{ attribution_model }}_touches_of_unknown_contribution,
        sum(case when is_first_purchase then cast({{ exact_credit(credit) }} * customer_revenue as decimal(28, 12)) end)
            as {{ attribution_model }}_new_customers_revenue_to_date
        {%- endfor %}
    from credits
    group by reporting_day, channel, influencer_id, campaign_id, deliverable_id
),

listed as (
    select
        models.attribution_model,
        summed.reporting_day,
        summed.channel,
        summed.influencer_id,
        summed.campaign_id,
        summed.deliverable_id,
        {{ each_models([
            'conversions', 'new_customers', 'cents', 'new_customer_cents', 'contribution', 'touches_of_unknown_contribution',
            'new_customers_revenue_to_date',
        ]) }}
    from summed
    cross join {{ attribution_model_rows() }} as models
)

select
    attribution_model,
    reporting_day,
    channel,
    influencer_id,
    campaign_id,
    deliverable_id,
    conversions,
    coalesce(new_customers, 0) as new_customers,
    {{ from_cents('cents') }} as attributed_revenue,
    {{ from_cents('coalesce(new_customer_cents, 0)') }} as new_customer_revenue,
    contribution,
    touches_of_unknown_contribution,
    coalesce(new_customers_revenue_to_date, 0) as new_customers_revenue_to_date
from listed
where conversions is not null
