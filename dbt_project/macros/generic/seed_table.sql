{# seed_table(seed): the table of a seed whose rows become part of the SQL itself; none before there is one.
   In a unit test ref() names a fixture that no other query can see; there the seed itself is tested. #}
{% macro seed_table(seed) -%}
    {%- if not execute -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(adapter.get_relation(
        database=target.database, schema='seeds', identifier=seed.identifier | replace('__dbt__cte__', '')
    )) }}
{%- endmacro %}
