{{ config(meta={'dagster': {'ref': {'name': 'int_sessions'}}}) }}

-- Detects events that sessions lose or repeat: the events of all spans are the clicks of no known bot, and every
-- span is one session, or a machine's by its rate.
-- A failure means that visits, bounces and first touches are not those of the events.
with spans as (
    select
        count(*) as spans,
        coalesce(sum(events), 0) as events,
        count(case when not {{ is_by_hand('spans') }} then 1 end) as spans_of_machines,
        sum(case when not {{ is_by_hand('spans') }} then events else 0 end) as events_of_machines
    from {{ ref('int_session_spans') }} as spans
),

-- By user agent first: asked of each event, DuckDB writes all of them down to find their bots.
user_agents as (
    select user_agent, count(*) as clicks
    from {{ ref('stg_web__clicks') }}
    where event_name <> 'asset'
    group by user_agent
),

deeds as (
    select coalesce(sum(clicks), 0) as clicks
    from user_agents
    where
        not exists (
            select 1
            from {{ ref('stg_web__bot_user_agents') }} as bots
            where bots.user_agent = user_agents.user_agent
        )
),

counted as (
    select
        deeds.clicks,
        spans.*,
        (select count(*) from {{ ref('int_sessions') }}) as sessions,
        (select coalesce(sum(events), 0) from {{ ref('int_sessions') }}) as events_of_sessions
    from spans
    cross join deeds
)

select *
from counted
where
    clicks <> events
    or spans <> sessions + spans_of_machines
    or events <> events_of_sessions + events_of_machines
