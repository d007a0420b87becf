{# words(text): the parts of a text between commas, as a list without the blanks around them. #}
{% macro words(text) -%}
    {{ return(text.split(',') | map('trim') | select | list) }}
{%- endmacro %}

{# statements(text): the lines of a text as a list; an indented line belongs to the one before it. #}
{% macro statements(text) -%}
    {{ return(text.replace('\n  ', ' ').splitlines() | select | list) }}
{%- endmacro %}
