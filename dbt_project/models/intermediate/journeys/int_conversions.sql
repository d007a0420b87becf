{%- set value_thresholds = var('value_segment_thresholds') %}

with goals as (
    select
        conversion_type,
        person_key,
        person_id,
        reached_at as converted_at,
        {{ keyed_hash(["'goal'", 'conversion_type', 'session_id', micros('reached_at'), 'occurrence']) }} as conversion_id
    from {{ ref('int_goals') }}
    where is_attributed and person_key is not null
),

purchase_history as (
    select
        person_key,
        ordered_at,
        revenue_to_date,
        coalesce(lead(ordered_at) over (partition by person_key order by ordered_at, order_id), timestamp '9999-12-31')
            as next_purchased_at
    from {{ ref('int_purchases') }}
),

goals_with_history as (
    select
        goals.*,
        history.ordered_at as previous_purchased_at,
        coalesce(history.revenue_to_date, 0) as revenue_to_date
    from goals
    left join purchase_history as history
        on
            goals.person_key = history.person_key
            and history.ordered_at <= goals.converted_at
            and goals.converted_at < history.next_purchased_at
),

unioned as (
    select
        'purchase:' || order_id as conversion_id,
        'purchase' as conversion_type,
        person_key,
        person_id,
        ordered_at as converted_at,
        previous_purchased_at,
        order_id,
        purchase_number = 1 as is_first_purchase,
        revenue,
        gross_revenue,
        discount_amount,
        refunded_amount,
        revenue_to_date
    from {{ ref('int_purchases') }}
    union all
    select
        conversion_type || ':' || conversion_id,
        conversion_type,
        person_key,
        person_id,
        converted_at,
        previous_purchased_at,
        cast(null as {{ dbt.type_string() }}),
        false,
        cast(0 as decimal(18, 2)),
        cast(0 as decimal(18, 2)),
        cast(0 as decimal(18, 2)),
        cast(0 as decimal(18, 2)),
        revenue_to_date
    from goals_with_history
)

select
    {{ key64(['conversion_id']) }} as conversion_key,
    conversion_id,
    conversion_type,
    person_key,
    person_id,
    converted_at,
    previous_purchased_at,
    order_id,
    is_first_purchase,
    revenue,
    gross_revenue,
    discount_amount,
    refunded_amount,
    case when previous_purchased_at is null then 'new' else 'returning' end as customer_segment,
    case
        when revenue_to_date >= {{ value_thresholds[1] }} then 'high'
        when revenue_to_date >= {{ value_thresholds[0] }} then 'mid'
        else 'low'
    end as value_segment
from unioned
