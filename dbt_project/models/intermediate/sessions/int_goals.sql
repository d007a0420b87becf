{{ config(materialized='view') }}

-- depends_on: {{ ref('conversion_events') }}
{%- set rules = goal_rules(ref('conversion_events')) | rejectattr('event_name') | list %}

-- A view: what a whole session reaches is known from its row.
select
    sessions.session_key,
    sessions.session_id,
    sessions.person_key,
    sessions.person_id,
    sessions.channel,
    sessions.influencer_id,
    goals.conversion_type,
    goals.kind,
    goals.is_attributed,
    goals.goal_value,
    goals.reached_at,
    goals.occurrence
from {{ ref('int_event_goals') }} as goals
inner join {{ ref('int_sessions') }} as sessions on goals.session_key = sessions.session_key
{% for rule in rules %}
union all
select
    session_key,
    session_id,
    person_key,
    person_id,
    channel,
    influencer_id,
    '{{ rule["conversion_type"] }}',
    '{{ rule["kind"] }}',
    {{ rule['is_attributed'] | lower }},
    cast({{ rule['value'] if rule['value'] is not none else 'null' }} as decimal(18, 4)),
    ended_at,
    1
from {{ ref('int_sessions') }}
where {{ session_reaches(rule) }}
{% endfor %}
