-- Every credit of every model carried down to product categories, exact in both directions: a touch's categories add up to
-- its money, and a category's touches to the order's. The cell is what the rounded running total gains in both directions.
with touches as (
    select
        facts.attribution_model,
        facts.conversion_key,
        facts.channel,
        facts.influencer_id,
        facts.credit,
        {{ cents('facts.attributed_revenue') }} as cents,
        sum({{ cents('facts.attributed_revenue') }}) over (
            partition by facts.attribution_model, facts.conversion_key
            order by facts.touch_number
            rows unbounded preceding
        ) as running_cents
    from {{ ref('int_purchase_credits') }} as facts
),

cells as (
    select
        touches.attribution_model,
        touches.channel,
        touches.influencer_id,
        categories.product_category,
        categories.is_first_purchase,
        categories.customer_revenue,
        touches.credit * (categories.running_share - categories.previous_share) as credit,
        cast(
            floor(touches.running_cents * categories.running_share + 0.5)
            - floor((touches.running_cents - touches.cents) * categories.running_share + 0.5)
            - floor(touches.running_cents * categories.previous_share + 0.5)
            + floor((touches.running_cents - touches.cents) * categories.previous_share + 0.5) as bigint
        ) as cents
    from touches
    inner join {{ ref('int_order_categories') }} as categories on touches.conversion_key = categories.conversion_key
)

select
    attribution_model,
    channel,
    influencer_id,
    product_category,
    cast(sum(cast(credit as decimal(28, 12))) as double) as conversions,
    cast(sum(case when is_first_purchase then cast(credit as decimal(28, 12)) else 0 end) as double) as new_customers,
    cast(
        sum(case
            when is_first_purchase then cast(credit * cast(customer_revenue as double) as decimal(28, 12))
            else 0
        end) as double
    ) as new_customers_revenue_to_date,
    {{ from_cents('sum(cents)') }} as attributed_revenue
from cells
group by attribution_model, channel, influencer_id, product_category
