{# held_share(part, whole): a share that five innocent cases hold towards 0, so that few cases prove little; null of nothing. #}
{% macro held_share(part, whole) -%}
    case when {{ whole }} > 0 then cast({{ part }} as double) / ({{ whole }} + 5) end
{%- endmacro %}
