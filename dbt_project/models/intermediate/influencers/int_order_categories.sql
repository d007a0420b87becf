-- Each purchase by product category, in its lines' proportion; an order without lines is '(none)'.
with lines as (
    select
        purchases.conversion_key,
        purchases.conversion_id,
        purchases.is_first_purchase,
        purchases.customer_revenue,
        coalesce(lines.product_category, '(none)') as product_category,
        sum(coalesce(lines.amount, 0)) as amount
    from {{ ref('int_order_values') }} as purchases
    inner join {{ ref('int_conversions') }} as conversions on purchases.conversion_key = conversions.conversion_key
    left join {{ ref('stg_shop__order_lines') }} as lines on conversions.order_id = lines.order_id
    group by
        purchases.conversion_key,
        purchases.conversion_id,
        purchases.is_first_purchase,
        purchases.customer_revenue,
        coalesce(lines.product_category, '(none)')
),

ordered as (
    select
        *,
        row_number() over in_order as category_number,
        count(*) over (partition by conversion_key) as categories,
        sum(amount) over so_far as running_amount,
        sum(amount) over (partition by conversion_key) as total_amount
    from lines
    window
        in_order as (partition by conversion_key order by product_category),
        so_far as (partition by conversion_key order by product_category rows unbounded preceding)
),

shared as (
    select
        *,
        -- Lines without an amount share alike.
        case
            when category_number = categories then 1.0
            when total_amount > 0 then cast(running_amount as double) / cast(total_amount as double)
            else cast(category_number as double) / categories
        end as running_share
    from ordered
)

select
    conversion_key,
    conversion_id,
    is_first_purchase,
    customer_revenue,
    product_category,
    cast(running_share as double) as running_share,
    cast(coalesce(lag(running_share) over (partition by conversion_key order by category_number), 0) as double) as previous_share
from shared
