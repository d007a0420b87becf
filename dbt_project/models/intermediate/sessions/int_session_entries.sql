{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

with sessions as (
    select
        visitor_key,
        session_number,
        max(case when is_session_start then event_key end) as entry_event_key,
        min(event_at) as started_at,
        max(event_at) as ended_at,
        count(*) as events,
        count(case when is_page_view then 1 end) as page_views,
        {{ exact_sum('engagement_seconds') }} as engagement_seconds
    from {{ ref('int_events_sessionized') }}
    where {{ changed_only('visitor_key', ref('int_changed_visitors')) }}
    group by visitor_key, session_number
),

people_only as (
    select
        *,
        {{ seconds_between('started_at', 'ended_at') }} as elapsed_seconds
    from sessions
    -- A rate that no hand keeps up over hundreds of events is a machine under a borrowed user agent.
    where
        events < {{ var('bot_min_session_events') }}
        or events * 60.0 <= {{ var('bot_max_events_per_minute') }} * {{ seconds_between('started_at', 'ended_at') }}
),

entries as (
    select
        sessions.visitor_key,
        sessions.session_number,
        sessions.entry_event_key as session_key,
        coalesce(
            'visitor:' || clicks.visitor_id, 'customer:' || clicks.customer_id, 'email:' || clicks.email_hash,
            'order:' || clicks.order_id, 'event:' || clicks.event_id, 'key:' || cast(clicks.event_key as {{ dbt.type_string() }})
        ) as visitor_identifier,
        sessions.started_at,
        sessions.ended_at,
        sessions.events,
        sessions.page_views,
        -- Trackers that send no engagement still say how long the visit went on.
        coalesce(sessions.engagement_seconds, sessions.elapsed_seconds) as engagement_seconds,
        coalesce(clicks.event_id, cast(clicks.event_key as {{ dbt.type_string() }})) as entry_event_id,
        clicks.page_url as landing_url,
        -- Here and not where it is used: within a case DuckDB works an expression out again wherever it is named.
        {{ url_path('clicks.page_url') }} as landing_path,
        clicks.referrer_url,
        clicks.is_consent_denied
    from people_only as sessions
    inner join {{ ref('stg_web__clicks') }} as clicks on sessions.entry_event_key = clicks.event_key
)

select
    session_key,
    {{ keyed_hash(["'session'", 'visitor_identifier', 'entry_event_id']) }} as session_id,
    visitor_key,
    session_number,
    visitor_identifier,
    is_consent_denied,
    started_at,
    ended_at,
    events,
    page_views,
    engagement_seconds,
    landing_url,
    -- Published, so without the reader's address that newsletters and password pages put into it.
    case when landing_url is not null then {{ without_emails('landing_path', 'landing_url') }} end as landing_page,
    referrer_url
from entries
