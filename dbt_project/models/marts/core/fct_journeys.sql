{{ config(materialized='view') }}

-- A view: publishing writes it once, so the warehouse need not.
select
    conversions.conversion_id,
    journeys.touchpoint_id,
    journeys.touch_position,
    journeys.path_length,
    journeys.touched_at,
    journeys.channel,
    journeys.influencer_id,
    journeys.campaign_id,
    journeys.deliverable_id,
    journeys.evidence,
    journeys.is_creditable,
    journeys.hours_to_conversion
from {{ ref('int_journeys') }} as journeys
inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
where journeys.is_in_path
