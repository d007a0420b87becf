{{ config(meta={'dagster': {'ref': {'name': 'int_session_entries'}}}) }}

-- Detects events that sessions lose or repeat: the events of all sessions, and of the machines that are left
-- out for their rate, are the sessionised events; and every session of int_session_entries reaches
-- int_sessions once.
-- A failure means that visits, bounces and first touches are not those of the events.
with left_out as (
    select starts.visitor_key, starts.session_number
    from {{ ref('int_events_sessionized') }} as starts
    left join {{ ref('int_session_entries') }} as entries on starts.event_key = entries.session_key
    where starts.is_session_start and entries.session_key is null
),

machines as (
    select
        events.visitor_key,
        events.session_number,
        count(*) as events,
        {{ seconds_between('min(events.event_at)', 'max(events.event_at)') }} as seconds
    from {{ ref('int_events_sessionized') }} as events
    inner join left_out
        on events.visitor_key = left_out.visitor_key and events.session_number = left_out.session_number
    group by events.visitor_key, events.session_number
),

counted as (
    select
        (select count(*) from {{ ref('int_events_sessionized') }}) as events,
        (select coalesce(sum(events), 0) from {{ ref('int_session_entries') }}) as events_of_sessions,
        (select coalesce(sum(events), 0) from machines) as events_of_machines,
        (
            select count(*) from machines
            where
                events < {{ var('bot_min_session_events') }}
                or events * 60.0 <= {{ var('bot_max_events_per_minute') }} * seconds
        ) as sessions_left_out_without_cause,
        (select count(*) from {{ ref('int_session_entries') }}) as entries,
        (select count(*) from {{ ref('int_sessions') }}) as sessions
)

select *
from counted
where
    events <> events_of_sessions + events_of_machines
    or sessions_left_out_without_cause > 0
    or entries <> sessions
