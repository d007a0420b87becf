{# click_id_names(seed): the names of click id parameters, as the seed lists them. #}
{% macro click_id_names(seed) -%}
    {%- if execute and load_relation(seed) is not none -%}
        {%- set rows = run_query("select parameter from " ~ seed ~ " order by is_paid desc, parameter") -%}
        {{ return(rows.columns[0].values() | list) }}
    {%- endif -%}
    {{ return(['gclid']) }}
{%- endmacro %}
