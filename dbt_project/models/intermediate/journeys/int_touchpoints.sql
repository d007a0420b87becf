{{ config(materialized='view') }}

-- What may appear in any journey of a person, a view because most touches are in none; redeemed codes belong to their own order and join in int_journeys.
with visits as (
    select
        session_id as touchpoint_id,
        person_key,
        started_at as touched_at,
        channel,
        influencer_id,
        campaign_id,
        deliverable_id,
        'visit' as evidence
    from {{ ref('int_sessions') }}
    -- Forged referrers are traffic, not touches.
    where person_key is not null and channel <> 'referrer_spam'
),

crm as (
    select touchpoint_id, person_key, touched_at, channel, influencer_id, campaign_id, deliverable_id, evidence
    from {{ ref('int_crm_touches') }}
),

touches as (
    select * from visits
    union all
    select * from crm
),

-- A partnership may narrow the window of its own touches, never widen it; one without a campaign is for all campaigns that
-- have no terms of their own.
windows as (
    select influencer_id, campaign_id, min(attribution_window_days) * 24 as window_hours
    from {{ ref('stg_registry__partnerships') }}
    group by influencer_id, campaign_id
)

select
    touches.touchpoint_id,
    touches.person_key,
    touches.touched_at,
    touches.channel,
    touches.influencer_id,
    touches.campaign_id,
    touches.deliverable_id,
    touches.evidence,
    case when touches.influencer_id is not null then 'influencer:' || touches.influencer_id else touches.channel end as touch_key,
    least(
        {{ var('attribution_window_hours') }},
        coalesce(
            case when own.influencer_id is not null then own.window_hours else general.window_hours end,
            {{ var('attribution_window_hours') }}
        )
    ) as window_hours
from touches
left join windows as own
    on touches.influencer_id = own.influencer_id and touches.campaign_id = own.campaign_id
left join windows as general
    on touches.influencer_id = general.influencer_id and general.campaign_id is null
