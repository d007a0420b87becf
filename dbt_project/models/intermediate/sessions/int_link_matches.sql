-- Which links a set of UTM values may belong to, apart from time: parts that the registry leaves empty match anything.
with campaigns as (
    select distinct campaign_key, utm_source, utm_medium, utm_campaign, utm_content
    from {{ ref('stg_web__campaign_urls') }}
    where utm_source is not null
)

select
    campaigns.campaign_key,
    links.link_id,
    links.influencer_id,
    coalesce(links.campaign_id, partnerships.campaign_id) as campaign_id,
    links.deliverable_id,
    links.valid_from,
    links.valid_to,
    case when links.utm_medium is not null then 1 else 0 end
    + case when links.utm_campaign is not null then 1 else 0 end
    + case when links.utm_content is not null then 1 else 0 end as matching_parts,
    -- Equal numbers of parts: the post says more than the campaign, the campaign more than the medium.
    case when links.utm_content is not null then 4 else 0 end
    + case when links.utm_campaign is not null then 2 else 0 end
    + case when links.utm_medium is not null then 1 else 0 end as specificity
from campaigns
inner join {{ ref('stg_registry__tracking_links') }} as links
    on
        campaigns.utm_source = links.utm_source
        and (links.utm_medium is null or links.utm_medium = campaigns.utm_medium)
        and (links.utm_campaign is null or links.utm_campaign = campaigns.utm_campaign)
        and (links.utm_content is null or links.utm_content = campaigns.utm_content)
left join {{ ref('stg_registry__deliverables') }} as deliverables on links.deliverable_id = deliverables.deliverable_id
left join {{ ref('stg_registry__partnerships') }} as partnerships on deliverables.partnership_id = partnerships.partnership_id
