{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- Narrow on purpose: keys, times and flags only; attributes join back at session grain.
with events as (
    select
        clicks.visitor_key,
        clicks.event_at,
        clicks.event_key,
        campaign_urls.campaign_key,
        clicks.event_name = 'page_view' as is_page_view,
        clicks.engagement_seconds
    from {{ ref('stg_web__clicks') }} as clicks
    left join {{ ref('stg_web__campaign_urls') }} as campaign_urls on clicks.page_url = campaign_urls.page_url
    where
        -- Files that a page pulls in are no deed of the visitor.
        clicks.event_name <> 'asset'
        and {{ changed_only('clicks.visitor_key', ref('int_changed_visitors')) }}
        and not exists (
            select 1
            from {{ ref('stg_web__bot_user_agents') }} as bots
            where bots.user_agent = clicks.user_agent
        )
),

timed as (
    select
        *,
        coalesce(
            {{ micros('event_at') }} - lag({{ micros('event_at') }}) over (partition by visitor_key order by event_at, event_key)
            > {{ var('session_timeout_minutes') }} * 60000000,
            true
        ) as is_after_idle
    from events
),

-- What the running session's campaign is before this event: its latest campaign, or none (0) since an idle gap.
marked as (
    select
        *,
        {{ previous_known('case when campaign_key is not null then campaign_key when is_after_idle then 0 end') }}
            over (partition by visitor_key order by event_at, event_key) as running_campaign_key
    from timed
),

started as (
    select
        *,
        is_after_idle or (campaign_key is not null and campaign_key <> running_campaign_key) as is_session_start
    from marked
)

select
    visitor_key,
    event_key,
    event_at,
    sum(case when is_session_start then 1 else 0 end)
        over (partition by visitor_key order by event_at, event_key rows unbounded preceding) as session_number,
    is_session_start,
    is_page_view,
    engagement_seconds
from started
