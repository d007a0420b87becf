-- Costs carried down to posts: a post's own, and an even share of what the influencer cost in its campaign.
with summed as (
    select influencer_id, campaign_id, deliverable_id, cost_type, {{ cents('sum(amount)') }} as cents
    from {{ ref('int_influencer_costs') }}
    group by influencer_id, campaign_id, deliverable_id, cost_type
),

posts as (
    select
        deliverables.deliverable_id,
        partnerships.influencer_id,
        partnerships.campaign_id,
        row_number() over (
            partition by partnerships.influencer_id, partnerships.campaign_id
            order by deliverables.posted_at nulls last, deliverables.deliverable_id
        ) as part,
        count(*) over (partition by partnerships.influencer_id, partnerships.campaign_id) as parts
    from {{ ref('stg_registry__deliverables') }} as deliverables
    inner join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
),

-- What names no campaign, or one without posts, stays with the influencer alone.
carried as (
    select
        summed.influencer_id,
        summed.campaign_id,
        coalesce(summed.deliverable_id, posts.deliverable_id) as deliverable_id,
        summed.cost_type,
        case when posts.parts is null then summed.cents else {{ allocated_cents('summed.cents', 'posts.part', 'posts.parts') }} end
            as cents
    from summed
    left join posts
        on
            summed.deliverable_id is null
            and summed.influencer_id = posts.influencer_id
            and summed.campaign_id = posts.campaign_id
)

select influencer_id, campaign_id, deliverable_id, cost_type, {{ from_cents('sum(cents)') }} as amount
from carried
group by influencer_id, campaign_id, deliverable_id, cost_type
