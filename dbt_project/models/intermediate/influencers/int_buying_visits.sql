select distinct
    journeys.person_key,
    journeys.influencer_id,
    journeys.campaign_id,
    journeys.deliverable_id,
    {{ reporting_date('journeys.touched_at') }} as reporting_day
from {{ ref('int_journeys') }} as journeys
inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
where
    journeys.influencer_id is not null
    and journeys.evidence = 'visit'
    and conversions.conversion_type = 'purchase'
