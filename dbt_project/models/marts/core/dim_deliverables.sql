select
    deliverables.deliverable_id,
    deliverables.partnership_id,
    partnerships.influencer_id,
    partnerships.campaign_id,
    deliverables.platform,
    deliverables.content_format,
    deliverables.utm_content,
    deliverables.posted_at,
    deliverables.post_url,
    deliverables.impressions,
    deliverables.engagements
from {{ ref('stg_registry__deliverables') }} as deliverables
left join {{ ref('stg_registry__partnerships') }} as partnerships on deliverables.partnership_id = partnerships.partnership_id
