{# full_match(value, pattern): the whole value matches the regular expression (RE2 subset; no lookarounds). #}
{% macro full_match(value, pattern) -%}
    {{ return(adapter.dispatch('full_match', 'influencer_roi')(value, pattern)) }}
{%- endmacro %}

{% macro default__full_match(value, pattern) -%}
    ({{ value }} rlike concat('^(?:', {{ pattern }}, ')$'))
{%- endmacro %}

{% macro duckdb__full_match(value, pattern) -%}
    regexp_full_match({{ value }}, {{ pattern }})
{%- endmacro %}

{# partial_match(value, pattern): the pattern occurs somewhere in the value. #}
{% macro partial_match(value, pattern) -%}
    {{ return(adapter.dispatch('partial_match', 'influencer_roi')(value, pattern)) }}
{%- endmacro %}

{% macro default__partial_match(value, pattern) -%}
    ({{ value }} rlike {{ pattern }})
{%- endmacro %}

{% macro duckdb__partial_match(value, pattern) -%}
    regexp_matches({{ value }}, {{ pattern }})
{%- endmacro %}
