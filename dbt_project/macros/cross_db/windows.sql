{# previous_known(value): the last non-null value before this row; write the `over` clause behind it.
   Trap: `ignore nulls` stands inside the parentheses on DuckDB and behind them on Spark. #}
{% macro previous_known(value) -%}
    {{ return(adapter.dispatch('previous_known', 'influencer_roi')(value)) }}
{%- endmacro %}

{% macro default__previous_known(value) -%}
    lag({{ value }}) ignore nulls
{%- endmacro %}

{% macro duckdb__previous_known(value) -%}
    lag({{ value }} ignore nulls)
{%- endmacro %}
