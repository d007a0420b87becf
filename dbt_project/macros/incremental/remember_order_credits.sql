{# remember_order_credits(): a copy of this run's credits for the next run to compare with, in the transaction that records
   the changes: a run that is killed here has recorded neither, and the next one compares with the same credits again. #}
{% macro remember_order_credits() -%}
    {{ return(adapter.dispatch('remember_order_credits', 'influencer_roi')()) }}
{%- endmacro %}

{% macro default__remember_order_credits() -%}
    {%- if execute -%}
        create or replace table {{ this.schema }}.order_credits as
        select * from {{ adapter.get_relation(this.database, 'intermediate', 'int_order_credits') }}
    {%- endif -%}
{%- endmacro %}

{# Spark replaces no Parquet table in one statement. #}
{% macro spark__remember_order_credits() -%}
    {%- if execute -%}
        {%- do run_query('drop table if exists ' ~ this.schema ~ '.order_credits') -%}
        create table {{ this.schema }}.order_credits using parquet
        {{ influencer_roi.spark_location(this.schema, 'order_credits') }} as
        select * from {{ adapter.get_relation(this.database, 'intermediate', 'int_order_credits') }}
    {%- endif -%}
{%- endmacro %}
