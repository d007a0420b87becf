{# remember_order_credits(): a copy of this run's credits for the next run to compare with, in the transaction that records
   the changes: a run that is killed here has recorded neither, and the next one compares with the same credits again. #}
{% macro remember_order_credits() -%}
    {%- if execute -%}
        create or replace table {{ this.schema }}.order_credits as
        select * from {{ adapter.get_relation(this.database, 'intermediate', 'int_order_credits') }}
    {%- endif -%}
{%- endmacro %}
