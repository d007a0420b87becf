{{ config(materialized='view') }}

-- A view, so that two people who turn out to be one need no session rewritten.
select
    sessions.session_key,
    sessions.session_id,
    sessions.visitor_key,
    people.person_key,
    people.person_id,
    sessions.started_at,
    sessions.ended_at,
    sessions.events,
    sessions.page_views,
    sessions.engagement_seconds,
    sessions.landing_page,
    sessions.channel,
    sessions.source,
    sessions.medium,
    sessions.campaign,
    sessions.content,
    sessions.click_id,
    sessions.influencer_id,
    sessions.campaign_id,
    sessions.deliverable_id,
    sessions.link_id,
    sessions.is_boosted,
    sessions.micro_conversions,
    sessions.is_bounce,
    sessions.is_engaged
from {{ ref('int_visitor_sessions') }} as sessions
left join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'visitor' and sessions.visitor_key = people.identifier_key
