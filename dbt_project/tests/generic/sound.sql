{# sound(key, nullable, unique, not_null, accepted, rules): all that must hold of a model's rows, in one test.
   - key: these columns together are the key; those in `nullable` may be null.
   - unique: each of these columns has no value twice. not_null: none of these columns is null.
   - accepted: a line `column: value, value` for each column of few values; null is allowed.
   - rules: a line `what is wrong: condition` for each condition that is true on every row; unknown is not true.
   An indented line goes on with the line before it.
   One node a model, and text in place of lists, because to dbt a node, and each string in a list, costs more than
   DuckDB's scan. #}
{% test sound(model, key='', nullable='', unique='', not_null='', accepted='', rules='') %}
-- Detects rows that share a key or lack a part of it, and rows on which a rule of the model does not hold.
-- A failure means what `broken_rule` says; a key that is not unique makes joins multiply rows, and sums count twice.
{%- set keys = influencer_roi.words(key) -%}
{%- set conditions = {} -%}
{%- for column in influencer_roi.words(not_null) -%}
    {%- do conditions.update({column ~ ' is null': column ~ ' is not null'}) -%}
{%- endfor -%}
{%- for line in influencer_roi.statements(accepted) -%}
    {%- set column = line.split(':')[0].strip() -%}
    {%- set values = influencer_roi.words(line.split(':')[1]) -%}
    {%- do conditions.update({
        'unknown ' ~ column: column ~ " is null or " ~ column ~ " in ('" ~ values | join("', '") ~ "')",
    }) -%}
{%- endfor -%}
{%- for line in influencer_roi.statements(rules) -%}
    {%- do conditions.update({line.split(': ', 1)[0].strip(): line.split(': ', 1)[1].strip()}) -%}
{%- endfor -%}
{%- set shown = keys or influencer_roi.words(not_null) or ['*'] -%}
{%- set parts = [] -%}
{%- if keys -%}
    {%- set part -%}
select 'the key is not unique, or a part is null' as broken_rule, {{ keys | join(', ') }}
from {{ model }}
group by {{ keys | join(', ') }}
having
    count(*) > 1
    {% for column in keys if column not in influencer_roi.words(nullable) -%}
    or {{ column }} is null
    {% endfor %}
    {%- endset -%}
    {%- do parts.append(part) -%}
{%- endif -%}
{%- for column in influencer_roi.words(unique) -%}
    {%- set part -%}
select '{{ column }} is not unique' as broken_rule{% for name in shown %}, min({{ name }}) as {{ name }}{% endfor %}

from {{ model }}
group by {{ column }}
having count({{ column }}) > 1
    {%- endset -%}
    {%- do parts.append(part) -%}
{%- endfor -%}
{%- if conditions -%}
    {%- set part -%}
select
    case
        {% for name, condition in conditions.items() -%}
        when ({{ condition }}) is not true then '{{ dbt.escape_single_quotes(name) }}'
        {% endfor %}
    end as broken_rule,
    {{ shown | join(', ') }}
from {{ model }}
where
    {% for condition in conditions.values() -%}
    ({{ condition }}) is not true
    {% if not loop.last %}or {% endif %}
    {%- endfor %}
    {%- endset -%}
    {%- do parts.append(part) -%}
{%- endif %}
{{ parts | join('\nunion all\n') }}
{% endtest %}
