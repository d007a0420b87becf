{# click_id_names(seed): the names of click id parameters, as the seed lists them. #}
{% macro click_id_names(seed) -%}
    {%- set table = influencer_roi.seed_table(seed) -%}
    {%- if table is not none -%}
        {%- set rows = run_query("select parameter from " ~ table ~ " order by is_paid desc, parameter") -%}
        {{ return(rows.columns[0].values() | list) }}
    {%- endif -%}
    {{ return(['gclid']) }}
{%- endmacro %}
