{# unique_combination(columns, nullable): the columns together are the key; those in `nullable` may be null.
   One scan instead of a `unique` and a `not_null` on each column. #}
{% test unique_combination(model, columns, nullable=[]) %}
-- Detects rows that share a key, or lack a part of it.
-- A failure means that the model's grain is not what its description says: joins to it multiply rows, and
-- sums count twice.
select {{ columns | join(', ') }}, count(*) as rows_of_this_key
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns if column not in nullable -%}
    or {{ column }} is null
    {% endfor %}
{% endtest %}
