{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- depends_on: {{ ref('engagement_rules') }}
{%- set thresholds = engagement_thresholds(ref('engagement_rules')) %}

with micro_conversions as (
    select session_key, count(*) as micro_conversions
    from {{ ref('int_goals') }}
    where kind = 'micro'
    group by session_key
),

joined as (
    select
        entries.session_key,
        entries.session_id,
        entries.visitor_key,
        entries.started_at,
        entries.ended_at,
        entries.events,
        entries.page_views,
        entries.engagement_seconds,
        entries.landing_page,
        case when sources.influencer_id is not null then 'influencer' else channels.channel end as channel,
        sources.source,
        sources.medium,
        sources.campaign,
        sources.content,
        sources.click_id,
        sources.influencer_id,
        sources.campaign_id,
        sources.deliverable_id,
        sources.link_id,
        sources.influencer_id is not null and sources.has_paid_click_id as is_boosted,
        coalesce(micro_conversions.micro_conversions, 0) as micro_conversions
    from {{ ref('int_session_entries') }} as entries
    inner join {{ ref('int_session_sources') }} as sources on entries.session_key = sources.session_key
    left join {{ ref('int_channels') }} as channels
        on
            sources.source = channels.source
            and sources.medium = channels.medium
            and {{ null_safe_equal('sources.campaign', 'channels.campaign') }}
            and {{ null_safe_equal('sources.click_id', 'channels.click_id') }}
            and {{ null_safe_equal('sources.source_category', 'channels.source_category') }}
    left join micro_conversions on entries.session_key = micro_conversions.session_key
    where {{ changed_only('entries.visitor_key', ref('int_changed_visitors')) }}
),

judged as (
    select
        *,
        engagement_seconds > {{ thresholds['engagement_seconds'] }}
        or page_views > {{ thresholds['page_views'] }}
        or micro_conversions > {{ thresholds['micro_conversions'] }} as is_engaged
    from joined
)

select
    session_key,
    session_id,
    visitor_key,
    started_at,
    ended_at,
    events,
    page_views,
    engagement_seconds,
    landing_page,
    channel,
    source,
    medium,
    campaign,
    content,
    click_id,
    influencer_id,
    campaign_id,
    deliverable_id,
    link_id,
    is_boosted,
    micro_conversions,
    events = 1 and not is_engaged as is_bounce,
    is_engaged
from judged
