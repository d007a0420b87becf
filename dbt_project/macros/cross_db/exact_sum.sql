{# exact_sum(value): the sum of a double, over decimals, so that it does not depend on the order in which threads add. #}
{% macro exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(28, 12))) as double)
{%- endmacro %}
