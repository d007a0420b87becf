{# goal_rules(seed): the rows of conversion_events as dictionaries, in a fixed order. #}
{% macro goal_rules(seed) -%}
    {%- set rules = [] -%}
    {%- set table = influencer_roi.seed_table(seed) -%}
    {%- if table is not none -%}
        {%- set rows = run_query(
            "select conversion_type, kind, event_name, page_pattern, min_engagement_seconds, min_page_views, value, count_per, is_attributed from "
            ~ table ~ " order by conversion_type, event_name, page_pattern"
        ).rows -%}
        {%- for row in rows -%}
            {%- do rules.append(row.dict()) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rules) }}
{%- endmacro %}

{# page_condition(pattern): a page_url has a path that matches the pattern; one regular expression, no path extracted first. #}
{% macro page_condition(pattern) -%}
    {%- set body = pattern[1:] if pattern.startswith('^') else '[^?#]*(?:' ~ pattern ~ ')' -%}
    {{ influencer_roi.partial_match(
        'page_url',
        dbt.string_literal(dbt.escape_single_quotes('^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*)?(?:' ~ body ~ ')'))
    ) }}
{%- endmacro %}

{# session_reaches(rule): a condition on a session's own row: it reaches the goal of a rule without an event. #}
{% macro session_reaches(rule) -%}
    true
    {%- if rule['min_engagement_seconds'] is not none %} and engagement_seconds >= {{ rule['min_engagement_seconds'] }}{% endif %}
    {%- if rule['min_page_views'] is not none %} and page_views >= {{ rule['min_page_views'] }}{% endif %}
{%- endmacro %}
