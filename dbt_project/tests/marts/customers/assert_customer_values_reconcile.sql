{{ config(meta={'dagster': {'ref': {'name': 'mart_customer_ltv'}}}) }}

-- Detects customers whose first days brought something else than their purchases of those days, or are shown too early.
-- A failure means that lifetime values compare customers over different spans, or over orders of others.
with last_purchase as (
    select max(converted_at) as seen_until
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

purchases as (
    select
        person_id,
        converted_at,
        revenue,
        min(converted_at) over (partition by person_id) as first_purchased_at
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

expected as (
    select
        purchases.person_id,
        sum(purchases.revenue) as revenue_to_date
        {%- for days in observed_value_days() %},
        case when {{ seconds_between('min(purchases.first_purchased_at)', 'min(last_purchase.seen_until)') }} >= {{ days * 86400 }}
            then sum(case
                when {{ seconds_between('purchases.first_purchased_at', 'purchases.converted_at') }} < {{ days * 86400 }}
                    then purchases.revenue
                else 0
            end) end as revenue_{{ days }}d
        {%- endfor %}
    from purchases
    cross join last_purchase
    group by purchases.person_id
)

select customers.person_id, expected.revenue_to_date as expected_revenue_to_date, customers.revenue_to_date
from {{ ref('mart_customer_ltv') }} as customers
left join expected on customers.person_id = expected.person_id
where
    not ({{ null_safe_equal('customers.revenue_to_date', 'expected.revenue_to_date') }})
    {%- for days in observed_value_days() %}
    or not ({{ null_safe_equal('customers.revenue_' ~ days ~ 'd', 'expected.revenue_' ~ days ~ 'd') }})
    {%- endfor %}
