{# null_safe_equal(left, right): equality in which null equals null, as a join condition that still hashes. #}
{% macro null_safe_equal(left, right) -%}
    {{ return(adapter.dispatch('null_safe_equal', 'influencer_roi')(left, right)) }}
{%- endmacro %}

{% macro default__null_safe_equal(left, right) -%}
    {{ left }} <=> {{ right }}
{%- endmacro %}

{% macro duckdb__null_safe_equal(left, right) -%}
    {{ left }} is not distinct from {{ right }}
{%- endmacro %}
