-- Every credit of every model carried down to product categories, exact in both directions: a touch's categories add up to
-- its money, and a category's touches to the order's. The cell is what the rounded running total gains in both directions.
with touches as (
    select
        *
        {%- for attribution_model in attribution_models() %},
        sum({{ attribution_model }}_cents) over (partition by conversion_key order by touch_number rows unbounded preceding)
            as {{ attribution_model }}_running
        {%- endfor %}
    from {{ ref('int_purchase_credits') }}
),

cells as (
    select
        touches.channel,
        touches.influencer_id,
        categories.product_category,
        categories.is_first_purchase,
        cast(categories.customer_revenue as double) as customer_revenue
        {%- for attribution_model in attribution_models() %}
        {%- set running = 'touches.' ~ attribution_model ~ '_running' %}
        {%- set previous = '(touches.' ~ attribution_model ~ '_running - touches.' ~ attribution_model ~ '_cents)' %},
        touches.{{ attribution_model }}_credit * (categories.running_share - categories.previous_share) as {{ attribution_model }}_credit,
        cast(
            floor({{ running }} * categories.running_share + 0.5)
            - floor({{ previous }} * categories.running_share + 0.5)
            - floor({{ running }} * categories.previous_share + 0.5)
            + floor({{ previous }} * categories.previous_share + 0.5) as bigint
        ) as {{ attribution_model }}_cents
        {%- endfor %}
    from touches
    inner join {{ ref('int_order_categories') }} as categories on touches.conversion_key = categories.conversion_key
),

summed as (
    select
        channel,
        influencer_id,
        product_category
        {%- for attribution_model in attribution_models() %}
        {%- set credit = attribution_model ~ '_credit' %},
        {{ sum_of_credit(credit) }} as {{ attribution_model }}_conversions,
        {{ sum_of_credit('case when is_first_purchase then ' ~ credit ~ ' end') }} as {{ attribution_model }}_new_customers,
        sum(case when is_first_purchase then cast({{ exact_credit(credit) }} * customer_revenue as decimal(28, 12)) end)
            as {{ attribution_model }}_new_customers_revenue_to_date,
        sum({{ attribution_model }}_cents) as {{ attribution_model }}_cents
        {%- endfor %}
    from cells
    group by channel, influencer_id, product_category
),

listed as (
    select
        models.attribution_model,
        summed.channel,
        summed.influencer_id,
        summed.product_category,
        {{ each_models(['conversions', 'new_customers', 'new_customers_revenue_to_date', 'cents']) }}
    from summed
    cross join {{ attribution_model_rows() }} as models
)

select
    attribution_model,
    channel,
    influencer_id,
    product_category,
    cast(conversions as double) as conversions,
    cast(coalesce(new_customers, 0) as double) as new_customers,
    cast(coalesce(new_customers_revenue_to_date, 0) as double) as new_customers_revenue_to_date,
    {{ from_cents('cents') }} as attributed_revenue
from listed
where conversions is not null
