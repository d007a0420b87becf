-- Credit by product category; a cost belongs to the category that its campaign is for, else to '(none)'.
with credited as (
    select
        attribution_model,
        channel,
        influencer_id,
        product_category,
        conversions,
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

figures as (
    select
        coalesce(credited.attribution_model, spent.attribution_model) as attribution_model,
        coalesce(credited.channel, spent.channel) as channel,
        coalesce(credited.influencer_id, spent.influencer_id) as influencer_id,
        coalesce(credited.product_category, spent.product_category) as product_category,
        coalesce(credited.conversions, 0) as conversions,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        case
            when coalesce(credited.channel, spent.channel) = 'influencer'
                then cast(coalesce(spent.total_cost, 0) as decimal(18, 2))
        end as total_cost
    from credited
    full outer join spent
        on
            credited.attribution_model = spent.attribution_model
            and credited.channel = spent.channel
            and credited.influencer_id = spent.influencer_id
            and credited.product_category = spent.product_category
)

select
    case when influencer_id is not null then 'influencer:' || influencer_id else channel end as touch_key,
    channel,
    influencer_id,
    product_category,
    attribution_model,
    conversions,
    attributed_revenue,
    total_cost,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas
from figures
