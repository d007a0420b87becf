{# code_policy_rows(): a relation of one row a value of the setting `code_policy`, to cross join with. #}
{% macro code_policy_rows() -%}
    (
        {% for policy in ['fill_gap', 'touch', 'code_wins', 'ignore'] -%}
        select '{{ policy }}' as code_policy {% if not loop.last %}union all{% endif %}
        {% endfor %}
    )
{%- endmacro %}
