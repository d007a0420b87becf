{# pattern_union(seed): all patterns of a reference seed as one SQL literal.
   A literal, because both engines compile a constant expression once, but one from a column once a row. #}
{% macro pattern_union(seed) -%}
    {%- if execute and load_relation(seed) is not none -%}
        {%- set rows = run_query("select pattern from " ~ seed ~ " order by pattern") -%}
        {%- set patterns = rows.columns[0].values() | list if rows else [] -%}
    {%- else -%}
        {%- set patterns = [] -%}
    {%- endif -%}
    {%- if patterns -%}
        {{ dbt.string_literal(dbt.escape_single_quotes('(?:' ~ patterns | join(')|(?:') ~ ')')) }}
    {%- else -%}
        '(?:[^\s\S])'
    {%- endif -%}
{%- endmacro %}
