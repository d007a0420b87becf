{# every_row(rules): each rule, by name, is a condition that is true on every row; unknown (null) is not true.
   All rules of a model cost one scan, and the failing rows say which rule they break first. #}
{% test every_row(model, rules) %}
-- Detects rows on which a rule of the model does not hold.
-- A failure means what the rule's name says it means; the column `broken_rule` of the failing rows names it.
select
    case
        {% for name, condition in rules.items() -%}
        when ({{ condition }}) is not true then '{{ name }}'
        {% endfor %}
    end as broken_rule,
    tested.*
from {{ model }} as tested
where
    {% for condition in rules.values() -%}
    ({{ condition }}) is not true
    {% if not loop.last %}or {% endif %}
    {%- endfor %}
{% endtest %}
