-- Every influencer with visitors and every category that was sold or paid for, so that the visitors of a category are those
-- of all influencers, whoever sold it.
with bought as (
    select journeys.influencer_id, categories.product_category, count(distinct journeys.person_key) as buyers
    from {{ ref('int_journeys') }} as journeys
    inner join {{ ref('int_order_categories') }} as categories on journeys.conversion_key = categories.conversion_key
    where journeys.influencer_id is not null and journeys.evidence = 'visit'
    group by journeys.influencer_id, categories.product_category
),

categories as (
    select product_category from {{ ref('int_order_categories') }}
    union
    select coalesce(campaigns.product_category, '(none)') as product_category
    from {{ ref('int_influencer_costs') }} as costs
    left join {{ ref('dim_campaigns') }} as campaigns on costs.campaign_id = campaigns.campaign_id
)

select
    traffic.influencer_id,
    categories.product_category,
    traffic.visitors,
    coalesce(bought.buyers, 0) as buyers
from {{ ref('int_influencer_traffic') }} as traffic
cross join categories
left join bought
    on traffic.influencer_id = bought.influencer_id and categories.product_category = bought.product_category
where traffic.visitors > 0
