{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key', meta={'day_of': 'started_at'},
) }}

-- depends_on: {{ ref('int_changed_clicks') }}
-- depends_on: {{ ref('stg_web__clicks') }}
{%- set measures = ['events', 'page_views', 'engagement_seconds', 'measured_events'] %}

with clicks as (
    select *
    from {{ clicks_to_build() }}
),

-- Narrow on purpose: keys, times and totals only; attributes join back at session grain.
events as (
    select
        clicks.visitor_key,
        clicks.event_at,
        clicks.event_key,
        campaign_urls.campaign_key,
        cast(case when clicks.event_name = 'page_view' then 1 else 0 end as tinyint) as page_views,
        -- Decimals, so that sums do not depend on the order in which threads add.
        cast(coalesce(clicks.engagement_seconds, 0) as decimal(28, 12)) as engagement_seconds,
        cast(case when clicks.engagement_seconds is null then 0 else 1 end as tinyint) as measured_events
    from clicks
    left join {{ ref('stg_web__campaign_urls') }} as campaign_urls on clicks.page_url = campaign_urls.page_url
    where {{ is_persons_deed('clicks') }}
),

-- Counts and sums run along a visitor's events, all in one sort: a session has what they gain between its ends. Narrow again:
-- sums of whole numbers are 16 bytes wide on DuckDB, and the rows are sorted twice more.
running as (
    select
        *,
        lag(event_at) over in_order as previous_at,
        lead(event_key) over in_order is null as is_last,
        1 as events,
        row_number() over in_order as running_events,
        cast(sum(page_views) over so_far as bigint) as running_page_views,
        sum(engagement_seconds) over so_far as running_engagement_seconds,
        cast(sum(measured_events) over so_far as bigint) as running_measured_events
    from events
    window
        in_order as (partition by visitor_key order by event_at, event_key),
        so_far as (partition by visitor_key order by event_at, event_key rows between unbounded preceding and current row)
),

timed as (
    select
        *,
        coalesce(
            {{ micros('event_at') }} - {{ micros('previous_at') }} > {{ var('session_timeout_minutes') }} * 60000000, true
        ) as is_after_idle
    from running
),

-- Only these may begin a session or end the last one. What campaign runs before an event, the one before it here knows: its
-- own, or none (0) since an idle gap.
marked as (
    select
        *,
        lag(coalesce(campaign_key, 0)) over (partition by visitor_key order by event_at, event_key) as running_campaign_key
    from timed
    where is_after_idle or campaign_key is not null or is_last
),

started as (
    select
        *,
        is_after_idle or (campaign_key is not null and campaign_key <> running_campaign_key) as is_session_start
    from marked
),

-- A session ends before the next one's first event, or with the visitor's last.
bounds as (
    select
        *,
        case when is_session_start then previous_at else event_at end as until_at
        {%- for measure in measures %},
        running_{{ measure }} - case when is_session_start then {{ measure }} else 0 end as {{ measure }}_until
        {%- endfor %}
    from started
    where is_session_start or is_last
),

ended as (
    select
        *,
        row_number() over in_order as session_number,
        coalesce(lead(until_at) over in_order, event_at) as ended_at
        {%- for measure in measures %},
        coalesce(lead({{ measure }}_until) over in_order, running_{{ measure }}) - {{ measure }}_until as session_{{ measure }}
        {%- endfor %}
    from bounds
    window in_order as (partition by visitor_key order by event_at, event_key)
)

select
    event_key as session_key,
    visitor_key,
    session_number,
    event_at as started_at,
    ended_at,
    session_events as events,
    cast(session_page_views as bigint) as page_views,
    case when session_measured_events > 0 then cast(session_engagement_seconds as double) end as engagement_seconds
from ended
where is_session_start
