-- Credit by product category; a cost belongs to the category that its campaign is for, else to '(none)'. Visits have no
-- category: each category is asked how many of the influencer's visitors bought something of it.
with credited as (
    select
        attribution_model,
        channel,
        influencer_id,
        product_category,
        conversions,
        new_customers,
        new_customers_revenue_to_date,
        attributed_revenue
    from {{ ref('int_category_credits') }}
),

spent as (
    select
        models.attribution_model,
        'influencer' as channel,
        costs.influencer_id,
        coalesce(campaigns.product_category, '(none)') as product_category,
        cast(sum(costs.amount) as decimal(18, 2)) as total_cost
    from {{ ref('int_influencer_costs') }} as costs
    left join {{ ref('dim_campaigns') }} as campaigns on costs.campaign_id = campaigns.campaign_id
    cross join {{ attribution_model_rows() }} as models
    group by models.attribution_model, costs.influencer_id, coalesce(campaigns.product_category, '(none)')
),

visited as (
    select
        models.attribution_model,
        'influencer' as channel,
        traffic.influencer_id,
        traffic.product_category,
        traffic.visitors,
        traffic.buyers
    from {{ ref('int_category_traffic') }} as traffic
    cross join {{ attribution_model_rows() }} as models
),

places as (
    {% for part in ['credited', 'spent', 'visited'] -%}
    select attribution_model, channel, influencer_id, product_category from {{ part }}
    {% if not loop.last %}union{% endif %}
    {% endfor %}
),

figures as (
    select
        places.*,
        case when places.channel = 'influencer' then coalesce(visited.visitors, 0) end as visitors,
        case when places.channel = 'influencer' then coalesce(visited.buyers, 0) end as buyers,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        credited.new_customers_revenue_to_date,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        case
            when places.channel = 'influencer' then cast(coalesce(spent.total_cost, 0) as decimal(18, 2))
        end as total_cost
    from places
    {% for part in ['credited', 'spent', 'visited'] -%}
    left join {{ part }}
        on
            places.attribution_model = {{ part }}.attribution_model
            and places.channel = {{ part }}.channel
            and {{ null_safe_equal('places.influencer_id', part ~ '.influencer_id') }}
            and places.product_category = {{ part }}.product_category
    {% endfor %}
)

select
    case when influencer_id is not null then 'influencer:' || influencer_id else channel end as touch_key,
    channel,
    influencer_id,
    product_category,
    attribution_model,
    visitors,
    buyers,
    {{ ratio('buyers', 'visitors') }} as conversion_rate,
    conversions,
    new_customers,
    attributed_revenue,
    {{ ratio('attributed_revenue', 'conversions') }} as average_order_value,
    total_cost,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    {{ ratio('total_cost', 'new_customers') }} as cac,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas,
    {{ ratio('new_customers_revenue_to_date', 'new_customers') }} as ltv_per_customer
from figures
