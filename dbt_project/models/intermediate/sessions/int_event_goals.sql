{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='visitor_key', meta={'day_of': 'reached_at'},
) }}

-- depends_on: {{ ref('int_changed_clicks') }}
-- depends_on: {{ ref('stg_web__clicks') }}
-- depends_on: {{ ref('conversion_events') }}
{%- set rules = goal_rules(ref('conversion_events')) | selectattr('event_name') | list %}
{%- set patterns = rules | map(attribute='page_pattern') | select | unique | list %}

with
{%- if patterns %}
-- An address is matched once, not once a view; those that match are few, and so are looked up fast.
addresses as (
    select
        page_url
        {%- for pattern in patterns %},
        {{ page_condition(pattern) }} as is_page_{{ loop.index0 }}
        {%- endfor %}
    from (
        select {{ grouped('page_url') }} as page_url
        from {{ clicks_to_build() }}
        where
            page_url is not null
            and event_name in (
                {%- for event_name in rules | selectattr('page_pattern') | map(attribute='event_name') | unique -%}
                    {{ dbt.string_literal(dbt.escape_single_quotes(event_name)) }}
                    {%- if not loop.last %}, {% endif -%}
                {%- endfor -%}
            )
        group by page_url
    ) as requested
),

pages as (
    select * from addresses
    where
        {%- for _ in patterns %}
        {% if not loop.first %}or {% endif %}is_page_{{ loop.index0 }}
        {%- endfor %}
),
{%- endif %}

candidates as (
    select
        clicks.visitor_key, clicks.event_at, clicks.event_key, clicks.event_name, clicks.event_value
        {%- for _ in patterns %}, pages.is_page_{{ loop.index0 }}{% endfor %}
    from {{ clicks_to_build() }} as clicks
    {% if patterns %}left join pages on clicks.page_url = pages.page_url{% endif %}
    where
        {{ is_persons_deed('clicks') }}
        and (
            false
            {% for rule in rules %}
            or (
                clicks.event_name = {{ dbt.string_literal(dbt.escape_single_quotes(rule['event_name'])) }}
                {% if rule['page_pattern'] %}and pages.is_page_{{ patterns.index(rule['page_pattern']) }}{% endif %}
            )
            {% endfor %}
        )
),

-- A candidate belongs to the session that began last before it, in the order of the events.
steps as (
    select
        visitor_key, started_at as event_at, session_key as event_key, session_key,
        cast(null as {{ dbt.type_string() }}) as event_name, cast(null as decimal(18, 4)) as event_value, 0 as is_candidate
        {%- for _ in patterns %}, false as is_page_{{ loop.index0 }}{% endfor %}
    from {{ ref('int_session_spans') }}
    where visitor_key in (select visitor_key from candidates)
    union all
    select
        visitor_key, event_at, event_key, cast(null as bigint), event_name, event_value, 1
        {%- for _ in patterns %}, is_page_{{ loop.index0 }}{% endfor %}
    from candidates
),

placed as (
    select
        *,
        {{ previous_known('session_key') }} over (partition by visitor_key order by event_at, event_key, is_candidate)
            as running_session_key
    from steps
),

-- Data of a few rows and not a branch a rule: Spark plans all CTEs before it once a branch.
rules as (
    {% for rule in rules -%}
    select
        {{ dbt.string_literal(dbt.escape_single_quotes(rule['event_name'])) }} as event_name,
        cast({{ patterns.index(rule['page_pattern']) if rule['page_pattern'] else 'null' }} as integer) as pattern_number,
        '{{ rule["conversion_type"] }}' as conversion_type,
        '{{ rule["kind"] }}' as kind,
        '{{ rule["count_per"] }}' as count_per,
        {{ rule['is_attributed'] | lower }} as is_attributed,
        cast({{ rule['value'] if rule['value'] is not none else 'null' }} as decimal(18, 4)) as goal_value
    {% if not loop.last %}union all{% endif %}
    {% else -%}
    select
        '' as event_name, 0 as pattern_number, '' as conversion_type, '' as kind, '' as count_per, false as is_attributed,
        cast(null as decimal(18, 4)) as goal_value
    from placed
    where false
    {% endfor %}
),

reached as (
    select
        rules.conversion_type,
        rules.kind,
        rules.count_per,
        rules.is_attributed,
        coalesce(placed.event_value, rules.goal_value) as goal_value,
        placed.visitor_key,
        placed.running_session_key as session_key,
        placed.event_key,
        placed.event_at as reached_at
    from placed
    inner join rules
        on
            placed.event_name = rules.event_name
            and (
                rules.pattern_number is null
                {%- for _ in patterns %}
                or (rules.pattern_number = {{ loop.index0 }} and placed.is_page_{{ loop.index0 }})
                {%- endfor %}
            )
    where placed.is_candidate = 1
),

counted as (
    select
        *,
        row_number() over (partition by conversion_type, session_key order by reached_at, event_key) as occurrence
    from reached
)

select
    counted.session_key,
    counted.visitor_key,
    counted.conversion_type,
    counted.kind,
    counted.is_attributed,
    counted.goal_value,
    counted.event_key,
    counted.reached_at,
    counted.occurrence
from counted
inner join {{ ref('int_session_spans') }} as sessions on counted.session_key = sessions.session_key
where
    {{ is_by_hand('sessions') }}
    and (counted.count_per <> 'session' or counted.occurrence = 1)
