{{ config(meta={'dagster': {'ref': {'name': 'int_journeys'}}}) }}

-- Detects a touch of an influencer's campaign that counts longer than their partnership allows.
-- A failure means that an influencer gets credit after the agreed window, and is paid for it.
select
    journeys.conversion_key,
    journeys.touchpoint_id,
    journeys.hours_to_conversion,
    partnerships.attribution_window_days
from {{ ref('int_journeys') }} as journeys
inner join {{ ref('stg_registry__partnerships') }} as partnerships
    on journeys.influencer_id = partnerships.influencer_id and journeys.campaign_id = partnerships.campaign_id
where
    journeys.is_in_path
    and journeys.hours_to_conversion > partnerships.attribution_window_days * 24
