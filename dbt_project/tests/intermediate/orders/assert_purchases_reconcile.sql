{{ config(meta={'dagster': {'ref': {'name': 'int_purchases'}}}) }}

-- Detects paid or refunded orders that do not arrive as purchases, once each and with their money: all of
-- them are counted, and those in the reporting currency are summed, of which no rate changes a cent.
-- A failure means that revenue is missing or counted twice.
with ordered as (
    select
        orders.order_id,
        orders.currency = '{{ var("reporting_currency") }}' as is_reporting_currency,
        round(orders.subtotal, 2)
        - round(orders.discount_amount, 2)
        - round(coalesce(refunds.refunded_amount, 0), 2) as revenue
    from {{ ref('stg_shop__orders') }} as orders
    left join (
        select order_id, sum(amount) as refunded_amount
        from {{ ref('stg_shop__refunds') }}
        group by order_id
    ) as refunds on orders.order_id = refunds.order_id
    where orders.is_purchase
),

expected as (
    select
        count(*) as purchases,
        sum(case when is_reporting_currency then revenue else 0 end) as revenue
    from ordered
),

found as (
    select
        count(*) as purchases,
        sum(case when currency = '{{ var("reporting_currency") }}' then revenue else 0 end) as revenue
    from {{ ref('int_purchases') }}
)

select
    expected.purchases,
    found.purchases as found_purchases,
    expected.revenue,
    found.revenue as found_revenue
from expected
cross join found
where expected.purchases <> found.purchases or coalesce(expected.revenue, 0) <> coalesce(found.revenue, 0)
