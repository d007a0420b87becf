-- Buyers, with what they have spent and when. Days count from the first purchase; several orders of a day are one visit to
-- the shop, as the models of repeat buying take them.
with purchases as (
    select
        person_key,
        person_id,
        ordered_at,
        {{ reporting_date('ordered_at') }} as purchase_day,
        revenue,
        min(ordered_at) over (partition by person_key) as first_purchased_at,
        {{ reporting_date('min(ordered_at) over (partition by person_key)') }} as first_day
    from {{ ref('int_purchases') }}
),

-- The last purchase of all is how far the data sees; a clock that is wrong in some browser is not.
seen as (
    select max(ordered_at) as seen_until, {{ reporting_date('max(ordered_at)') }} as last_day
    from {{ ref('int_purchases') }}
),

customers as (
    select
        person_key,
        min(person_id) as person_id,
        min(first_purchased_at) as first_purchased_at,
        max(ordered_at) as last_purchased_at,
        min(first_day) as first_day,
        max(purchase_day) as last_day,
        count(*) as orders,
        sum(revenue) as revenue,
        {% for days in observed_value_days() -%}
        sum(case when {{ seconds_between('first_purchased_at', 'ordered_at') }} < {{ days * 86400 }} then revenue else 0 end)
            as revenue_{{ days }}d,
        {% endfor -%}
        count(distinct purchase_day) - 1 as repeats
    from purchases
    group by person_key
),

repeat_days as (
    select person_key, purchase_day, sum(revenue) as revenue
    from purchases
    where purchase_day > first_day
    group by person_key, purchase_day
),

spending as (
    select person_key, count(*) as paid_repeats, {{ ratio('sum(revenue)', 'count(*)') }} as mean_repeat_value
    from repeat_days
    where revenue > 0
    group by person_key
)

select
    customers.person_key,
    customers.person_id,
    customers.first_purchased_at,
    customers.last_purchased_at,
    customers.orders,
    cast(customers.revenue as decimal(18, 2)) as revenue,
    {% for days in observed_value_days() -%}
    case when {{ seconds_between('customers.first_purchased_at', 'seen.seen_until') }} >= {{ days * 86400 }}
        then cast(customers.revenue_{{ days }}d as decimal(18, 2)) end as revenue_{{ days }}d,
    {% endfor -%}
    cast(customers.repeats as bigint) as repeats,
    cast({{ dbt.datediff('customers.first_day', 'customers.last_day', 'day') }} as bigint) as recency_days,
    cast({{ dbt.datediff('customers.first_day', 'seen.last_day', 'day') }} as bigint) as age_days,
    coalesce(spending.paid_repeats, 0) as paid_repeats,
    coalesce(spending.mean_repeat_value, 0) as mean_repeat_value
from customers
cross join seen
left join spending on customers.person_key = spending.person_key
