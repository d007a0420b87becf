with acquired as (
    select
        facts.person_id,
        facts.channel,
        facts.influencer_id,
        facts.campaign_id,
        row_number() over (
            partition by facts.person_id
            order by facts.credit desc, facts.touched_at, facts.touchpoint_id
        ) as credit_rank
    from {{ ref('fct_attribution__' ~ var('decision_model')) }} as facts
    inner join {{ ref('int_conversions') }} as conversions on facts.conversion_id = conversions.conversion_id
    where conversions.is_first_purchase
),

predicted as (
    select
        customers.*,
        predictions.probability_alive,
        predictions.expected_purchases,
        predictions.gamma_gamma_p * (predictions.gamma_gamma_v + customers.paid_repeats * customers.mean_repeat_value)
        / (predictions.gamma_gamma_p * customers.paid_repeats + predictions.gamma_gamma_q - 1) as expected_order_value,
        predictions.reason
    from {{ ref('int_customers') }} as customers
    left join {{ ref('int_ltv_predictions') }} as predictions
        on
            customers.repeats = predictions.repeats
            and customers.recency_days = predictions.recency_days
            and customers.age_days = predictions.age_days
)

select
    predicted.person_id,
    case when acquired.influencer_id is not null then 'influencer:' || acquired.influencer_id else acquired.channel end
        as acquired_by,
    acquired.channel as acquisition_channel,
    acquired.influencer_id,
    acquired.campaign_id,
    predicted.first_purchased_at,
    predicted.last_purchased_at,
    predicted.age_days,
    predicted.orders,
    predicted.repeats > 0 as is_repeat_customer,
    predicted.revenue as revenue_to_date,
    {% for days in observed_value_days() -%}
    predicted.revenue_{{ days }}d,
    {% endfor -%}
    predicted.probability_alive,
    predicted.expected_purchases as predicted_purchases_365d,
    predicted.expected_order_value as predicted_order_value,
    predicted.expected_purchases * predicted.expected_order_value as predicted_value_365d,
    cast(predicted.revenue as double) + predicted.expected_purchases * predicted.expected_order_value as predicted_lifetime_value,
    predicted.reason as why_no_prediction
from predicted
inner join acquired on predicted.person_id = acquired.person_id and acquired.credit_rank = 1
