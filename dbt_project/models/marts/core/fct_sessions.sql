{{ config(materialized='view') }}

-- A view: publishing writes it once, so the warehouse need not.
select
    session_id, person_id, started_at, ended_at, page_views, engagement_seconds, landing_page, channel, source, medium,
    campaign, content, influencer_id, campaign_id, deliverable_id, link_id, is_boosted, micro_conversions, is_bounce, is_engaged
from {{ ref('int_sessions') }}
