-- Cents are rounded part by part, so that revenue = gross - discounts - refunds holds on every row and in every sum.
with refunds as (
    select order_id, sum(amount) as refunded_amount
    from {{ ref('stg_shop__refunds') }}
    group by order_id
),

converted as (
    select
        orders.order_id,
        orders.ordered_at,
        orders.currency,
        orders.discount_codes,
        orders.survey_answer,
        {{ money_product('orders.subtotal', 'rates.rate_to_reporting') }} as gross_revenue,
        {{ money_product('orders.discount_amount', 'rates.rate_to_reporting') }} as discount_amount,
        {{ money_product('coalesce(refunds.refunded_amount, 0)', 'rates.rate_to_reporting') }} as refunded_amount,
        {{ money_product('orders.shipping_amount', 'rates.rate_to_reporting') }} as shipping_amount
    from {{ ref('stg_shop__orders') }} as orders
    inner join {{ ref('int_fx_rates') }} as rates
        on orders.currency = rates.currency and cast(orders.ordered_at as date) = rates.used_on
    left join refunds on orders.order_id = refunds.order_id
    where orders.is_purchase
),

identified as (
    select
        converted.*,
        cast(gross_revenue - discount_amount - refunded_amount as decimal(18, 2)) as revenue,
        people.person_key,
        people.person_id
    from converted
    inner join {{ ref('int_person_identifiers') }} as people
        on people.identifier_type = 'order' and people.identifier_key = {{ key64(["'order'", 'converted.order_id']) }}
)

select
    order_id,
    person_key,
    person_id,
    ordered_at,
    currency,
    discount_codes,
    survey_answer,
    gross_revenue,
    discount_amount,
    refunded_amount,
    shipping_amount,
    revenue,
    row_number() over (partition by person_key order by ordered_at, order_id) as purchase_number,
    lag(ordered_at) over (partition by person_key order by ordered_at, order_id) as previous_purchased_at,
    sum(revenue) over (partition by person_key order by ordered_at, order_id rows unbounded preceding) as revenue_to_date
from identified
