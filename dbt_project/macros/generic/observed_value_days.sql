{# observed_value_days(): after how many days from the first purchase a customer's value is looked at. #}
{% macro observed_value_days() -%}
    {{ return([30, 60, 90, 180, 365]) }}
{%- endmacro %}
