-- Visits through the link of a post that was not out yet, or of which nobody has said that it is.
select
    links.link_id,
    links.influencer_id,
    coalesce(links.campaign_id, partnerships.campaign_id) as campaign_id,
    links.deliverable_id,
    deliverables.posted_at,
    min(sessions.started_at) as first_visit_at,
    count(*) as visits
from {{ ref('int_sessions') }} as sessions
inner join {{ ref('stg_registry__tracking_links') }} as links on sessions.link_id = links.link_id
inner join {{ ref('stg_registry__deliverables') }} as deliverables
    on links.deliverable_id = deliverables.deliverable_id
left join {{ ref('stg_registry__partnerships') }} as partnerships
    on deliverables.partnership_id = partnerships.partnership_id
where deliverables.posted_at is null or sessions.started_at < deliverables.posted_at
group by
    links.link_id,
    links.influencer_id,
    coalesce(links.campaign_id, partnerships.campaign_id),
    links.deliverable_id,
    deliverables.posted_at
