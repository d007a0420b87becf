with customers as (
    select
        *,
        cast({{ dbt.date_trunc('month', reporting_date('first_purchased_at')) }} as date) as cohort_month
    from {{ ref('mart_customer_ltv') }}
)

select
    cohort_month,
    acquired_by,
    acquisition_channel,
    influencer_id,
    count(*) as customers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(revenue_to_date) as decimal(18, 2)) as revenue_to_date,
    {{ ratio('sum(revenue_to_date)', 'count(*)') }} as revenue_per_customer,
    count(case when is_repeat_customer then 1 end) as repeat_customers,
    {{ ratio('count(case when is_repeat_customer then 1 end)', 'count(*)') }} as repeat_rate,
    {% for days in observed_value_days() -%}
    count(revenue_{{ days }}d) as customers_seen_{{ days }}d,
    {{ ratio('sum(revenue_' ~ days ~ 'd)', 'count(revenue_' ~ days ~ 'd)') }} as revenue_per_customer_{{ days }}d,
    {% endfor -%}
    {{ exact_sum('predicted_value_365d') }} / count(predicted_value_365d) as predicted_value_365d_per_customer,
    {{ exact_sum('predicted_lifetime_value') }} / count(predicted_lifetime_value) as predicted_ltv_per_customer,
    min(why_no_prediction) as why_no_prediction
from customers
group by cohort_month, acquired_by, acquisition_channel, influencer_id
