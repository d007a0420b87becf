{# session_entries(clicks): sessions by hand with the event that each began with, out of the relation of these clicks; in a
   partial build those of changed visitors. `int_session_entries` and `int_changed_entries` say what the columns are. #}
{% macro session_entries(clicks) -%}
with people_only as (
    select
        sessions.*,
        {{ seconds_between('sessions.started_at', 'sessions.ended_at') }} as elapsed_seconds
    from {{ ref('int_session_spans') }} as sessions
    where
        {{ changed_only('sessions.visitor_key', ref('int_changed_visitors')) }}
        and {{ is_by_hand('sessions') }}
),

entries as (
    select
        sessions.session_key,
        sessions.visitor_key,
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
        clicks.referrer_url
    from people_only as sessions
    inner join {{ clicks }} as clicks on sessions.session_key = clicks.event_key
)

select
    session_key,
    {{ keyed_hash(["'session'", 'visitor_identifier', 'entry_event_id']) }} as session_id,
    visitor_key,
    visitor_identifier,
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
{%- endmacro %}
