{# registry_column(seed, name, type): a trimmed, typed registry column; null where a spreadsheet lacks an optional one. #}
{% macro registry_column(seed, name, type='string') -%}
    {%- if execute -%}
        {%- set present = adapter.get_columns_in_relation(seed) | map(attribute='name') | map('lower') | list -%}
    {%- else -%}
        {%- set present = [name] -%}
    {%- endif -%}
    {%- set type = dbt.type_string() if type == 'string' else type -%}
    {%- if name in present -%}
        cast(nullif(trim({{ name }}), '') as {{ type }}) as {{ name }}
    {%- else -%}
        cast(null as {{ type }}) as {{ name }}
    {%- endif -%}
{%- endmacro %}

{# registry_time(seed, name): a registry date or time as a UTC instant; a bare date is its midnight. #}
{% macro registry_time(seed, name) -%}
    {%- if execute -%}
        {%- set present = adapter.get_columns_in_relation(seed) | map(attribute='name') | map('lower') | list -%}
    {%- else -%}
        {%- set present = [name] -%}
    {%- endif -%}
    {%- if name in present -%}
        {{ influencer_roi.utc_timestamp("nullif(trim(" ~ name ~ "), '')") }} as {{ name }}
    {%- else -%}
        cast(null as timestamp) as {{ name }}
    {%- endif -%}
{%- endmacro %}
