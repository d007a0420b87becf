{# dbt records a seed's SQL under target/run joined with the seed's path, and a path outside of the project leads out of
   target: an absolute ROI_REGISTRY would have its own CSV files overwritten. Seeds are the only caller; record nothing. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
    {%- set sql = caller() -%}
    {%- if name is not none -%}
        {{ store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) }}
    {%- endif -%}
{%- endmacro %}
