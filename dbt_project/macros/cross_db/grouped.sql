{# grouped(column): the value of a column that rows are grouped by, for a query whose `group by` stands for `distinct`.
   Trap: a condition on the value itself is moved to before the grouping, and so asks patterns of each row instead of each
   distinct value; one on an aggregate is not. On DuckDB `max` of texts would compare them, so it is any of the equal ones. #}
{% macro grouped(column) -%}
    {{ return(adapter.dispatch('grouped', 'influencer_roi')(column)) }}
{%- endmacro %}

{% macro default__grouped(column) -%}
    max({{ column }})
{%- endmacro %}

{% macro duckdb__grouped(column) -%}
    any_value({{ column }})
{%- endmacro %}
