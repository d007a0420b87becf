{# exact_sum(value): the sum of a double, over decimals, so that it does not depend on the order in which threads add. #}
{% macro exact_sum(value) -%}
    cast(sum(cast({{ value }} as decimal(28, 12))) as double)
{%- endmacro %}

{# sum_of_credit(credit): exact_sum of credits, 0 to 1, left a decimal for further sums. They fit 64 bits, which is far faster. #}
{% macro sum_of_credit(credit) -%}
    sum({{ influencer_roi.exact_credit(credit) }})
{%- endmacro %}

{# exact_credit(credit): a credit as sums take it, also where it weighs something: else a mean by tiny credits is not a mean. #}
{% macro exact_credit(credit) -%}
    cast({{ credit }} as decimal(18, 12))
{%- endmacro %}
