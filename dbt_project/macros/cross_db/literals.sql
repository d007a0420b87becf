{# A quote inside of a literal. dbt.escape_single_quotes is the way to write one on every engine.
   Trap: Spark's sessions take a backslash in a literal as it is (profiles.yml), as DuckDB does, and then know no way to
   write a quote between quotes, neither doubled nor behind a backslash; so the literal becomes a sum of literals. #}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression | replace("'", "' || \"'\" || '") }}
{%- endmacro %}
