{# unnest_split(relation, columns, value, separator): one row an element of a separated text, with its 1-based position.
   Trap: lateral syntax, and positions count from 0 on Spark. #}
{% macro unnest_split(relation, columns, value, separator) -%}
    {{ return(adapter.dispatch('unnest_split', 'influencer_roi')(relation, columns, value, separator)) }}
{%- endmacro %}

{% macro default__unnest_split(relation, columns, value, separator) -%}
    select {{ columns | join(', ') }}, element, cast(position + 1 as int) as element_position
    from {{ relation }}
    lateral view posexplode(split({{ value }}, '[{{ separator }}]')) as position, element
    where {{ value }} is not null
{%- endmacro %}

{% macro duckdb__unnest_split(relation, columns, value, separator) -%}
    select {{ columns | join(', ') }}, elements[element_position] as element, element_position
    from (
        select
            {{ columns | join(', ') }},
            elements,
            unnest(generate_series(1, len(elements)))::int as element_position
        from (
            select {{ columns | join(', ') }}, string_split({{ value }}, '{{ separator }}') as elements
            from {{ relation }}
            where {{ value }} is not null
        )
    )
{%- endmacro %}
