{# raise_error(message): an expression that stops the query with a message when a row reaches it. #}
{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error', 'influencer_roi')(message)) }}
{%- endmacro %}

{% macro default__raise_error(message) -%}
    raise_error({{ message }})
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ message }})
{%- endmacro %}
