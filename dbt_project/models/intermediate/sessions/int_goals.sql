{{ config(materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key') }}

-- depends_on: {{ ref('conversion_events') }}
{%- set rules = goal_rules(ref('conversion_events')) %}
{%- set event_rules = rules | selectattr('event_name') | list %}
{%- set session_rules = rules | rejectattr('event_name') | list %}
{%- set patterns = event_rules | map(attribute='page_pattern') | select | unique | list %}

with
{%- if patterns %}
-- An address is matched once, not once a view.
pages as (
    select
        page_url
        {%- for pattern in patterns %},
        {{ page_condition(pattern) }} as is_page_{{ loop.index0 }}
        {%- endfor %}
    from (
        select distinct page_url
        from {{ ref('stg_web__clicks') }}
        where
            page_url is not null
            and {{ changed_only('visitor_key', ref('int_changed_visitors')) }}
            and event_name in (
                {%- for event_name in event_rules | selectattr('page_pattern') | map(attribute='event_name') | unique -%}
                    {{ dbt.string_literal(dbt.escape_single_quotes(event_name)) }}
                    {%- if not loop.last %}, {% endif -%}
                {%- endfor -%}
            )
    ) as addresses
),
{%- endif %}

candidates as (
    select
        clicks.event_key, clicks.event_at, clicks.event_name, clicks.event_value
        {%- for _ in patterns %}, pages.is_page_{{ loop.index0 }}{% endfor %}
    from {{ ref('stg_web__clicks') }} as clicks
    {% if patterns %}left join pages on clicks.page_url = pages.page_url{% endif %}
    where
        {{ changed_only('clicks.visitor_key', ref('int_changed_visitors')) }}
        and (
        false
        {% for rule in event_rules %}
        or (
            clicks.event_name = {{ dbt.string_literal(dbt.escape_single_quotes(rule['event_name'])) }}
            {% if rule['page_pattern'] %}and pages.is_page_{{ patterns.index(rule['page_pattern']) }}{% endif %}
        )
        {% endfor %}
        )
),

placed as (
    select
        candidates.*,
        events.visitor_key,
        events.session_number
    from candidates
    inner join {{ ref('int_events_sessionized') }} as events on candidates.event_key = events.event_key
),

reached as (
    {% for rule in event_rules %}
    select
        '{{ rule["conversion_type"] }}' as conversion_type,
        '{{ rule["kind"] }}' as kind,
        '{{ rule["count_per"] }}' as count_per,
        {{ rule['is_attributed'] | lower }} as is_attributed,
        coalesce(event_value, cast({{ rule['value'] if rule['value'] is not none else 'null' }} as decimal(18, 4))) as goal_value,
        visitor_key,
        session_number,
        event_key,
        event_at as reached_at
    from placed
    where
        event_name = {{ dbt.string_literal(dbt.escape_single_quotes(rule['event_name'])) }}
        {% if rule['page_pattern'] %}and is_page_{{ patterns.index(rule['page_pattern']) }}{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
    {% if not event_rules %}
    select
        '' as conversion_type, '' as kind, '' as count_per, false as is_attributed, cast(null as decimal(18, 4)) as goal_value,
        visitor_key, session_number, event_key, event_at as reached_at
    from placed
    {% endif %}
),

counted as (
    select
        *,
        row_number() over (
            partition by conversion_type, visitor_key, session_number order by reached_at, event_key
        ) as occurrence
    from reached
),

event_goals as (
    select
        sessions.session_key,
        sessions.visitor_key,
        counted.conversion_type,
        counted.kind,
        counted.is_attributed,
        counted.goal_value,
        counted.event_key,
        counted.reached_at,
        counted.occurrence
    from counted
    inner join {{ ref('int_session_entries') }} as sessions
        on counted.visitor_key = sessions.visitor_key and counted.session_number = sessions.session_number
    where counted.count_per <> 'session' or counted.occurrence = 1
)

select session_key, visitor_key, conversion_type, kind, is_attributed, goal_value, event_key, reached_at, occurrence
from event_goals
{% for rule in session_rules %}
union all
select
    session_key,
    visitor_key,
    '{{ rule["conversion_type"] }}',
    '{{ rule["kind"] }}',
    {{ rule['is_attributed'] | lower }},
    cast({{ rule['value'] if rule['value'] is not none else 'null' }} as decimal(18, 4)),
    session_key,
    ended_at,
    1
from {{ ref('int_session_entries') }}
where
    {{ changed_only('visitor_key', ref('int_changed_visitors')) }}
    {% if rule['min_engagement_seconds'] is not none %}and engagement_seconds >= {{ rule['min_engagement_seconds'] }}{% endif %}
    {% if rule['min_page_views'] is not none %}and page_views >= {{ rule['min_page_views'] }}{% endif %}
{% endfor %}
