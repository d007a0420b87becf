{%- set margin_pct = var('gross_margin_pct') %}
{%- set shipping_cost = var('shipping_cost_per_order') %}

-- What each purchase left after goods and shipping, and what its buyer has spent in all.
with lines as (
    select
        lines.order_id,
        {{ money_product(
            "coalesce(cast(coalesce(lines.quantity, 1) as decimal(22, 4)) * lines.unit_cost, "
            ~ ("cast(lines.amount as decimal(22, 4)) * cast(" ~ (1 - margin_pct / 100) ~ " as decimal(10, 6))" if margin_pct is not none
               else "cast(null as decimal(22, 4))") ~ ")",
            'rates.rate_to_reporting'
        ) }} as goods_cost
    from {{ ref('stg_shop__order_lines') }} as lines
    inner join {{ ref('int_purchases') }} as purchases on lines.order_id = purchases.order_id
    inner join {{ ref('int_fx_rates') }} as rates
        on purchases.currency = rates.currency and cast(purchases.ordered_at as date) = rates.used_on
),

goods as (
    -- One line of unknown cost leaves the order's cost unknown: half a cost would look like a margin.
    select order_id, case when count(goods_cost) = count(*) then sum(goods_cost) end as goods_cost, true as has_lines
    from lines
    group by order_id
),

purchases as (
    select
        conversions.conversion_key,
        conversions.conversion_id,
        conversions.person_key,
        conversions.is_first_purchase,
        conversions.revenue,
        purchases.shipping_amount,
        case
            when goods.has_lines then goods.goods_cost
            {% if margin_pct is not none -%}
            else {{ money_product('conversions.gross_revenue', 'cast(' ~ (1 - margin_pct / 100) ~ ' as decimal(10, 6))') }}
            {%- endif %}
        end as goods_cost,
        -- What was paid back went back on the shelf, in the same share.
        case
            when conversions.gross_revenue - conversions.discount_amount > 0 then least(
                cast(conversions.refunded_amount as double)
                / cast(conversions.gross_revenue - conversions.discount_amount as double), 1
            )
            else 0
        end as refunded_share,
        sum(conversions.revenue) over (partition by conversions.person_key) as customer_revenue
    from {{ ref('int_conversions') }} as conversions
    inner join {{ ref('int_purchases') }} as purchases on conversions.order_id = purchases.order_id
    left join goods on conversions.order_id = goods.order_id
    where conversions.conversion_type = 'purchase'
)

select
    conversion_key,
    conversion_id,
    person_key,
    is_first_purchase,
    revenue,
    cast(
        revenue - cast(cast(goods_cost as double) * (1 - refunded_share) as decimal(18, 2))
        {% if shipping_cost is not none %}+ shipping_amount - {{ shipping_cost }}{% endif %} as decimal(18, 2)
    ) as contribution,
    cast(customer_revenue as decimal(18, 2)) as customer_revenue
from purchases
