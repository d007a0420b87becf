{# grouped(column): the value of a column that rows are grouped by, for a query whose `group by` stands for `distinct`.
   Trap: Spark moves a later condition on the value to before the grouping, and so asks patterns of each row instead of
   each distinct value; it does not with an aggregate. #}
{% macro grouped(column) -%}
    {{ return(adapter.dispatch('grouped', 'influencer_roi')(column)) }}
{%- endmacro %}

{% macro default__grouped(column) -%}
    max({{ column }})
{%- endmacro %}

{% macro duckdb__grouped(column) -%}
    {{ column }}
{%- endmacro %}
