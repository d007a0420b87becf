{# Spark's sessions read literals as DuckDB does (profiles.yml): a quote inside is doubled, a backslash is a backslash.
   Trap: dbt-spark escapes quotes by backslashes. #}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression | replace("'", "''") }}
{%- endmacro %}
