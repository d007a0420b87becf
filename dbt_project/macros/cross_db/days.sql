{# days_between(first_day, last_day): in a select list, one row a calendar day from first to last, both included.
   Traps: Spark explodes an inclusive sequence of dates, DuckDB's generate_series gives timestamps; and both give
   timestamps where an end is one, as a date of `dbt.dateadd` may be. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'influencer_roi')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    explode(sequence(cast({{ first_day }} as date), cast({{ last_day }} as date), interval 1 day))
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    cast(unnest(generate_series(cast({{ first_day }} as date), cast({{ last_day }} as date), interval 1 day)) as date)
{%- endmacro %}
