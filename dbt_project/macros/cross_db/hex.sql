{# hex_to_bigint(digits): up to 15 hex digits as a bigint; the same number on every engine. #}
{% macro hex_to_bigint(digits) -%}
    {{ return(adapter.dispatch('hex_to_bigint', 'influencer_roi')(digits)) }}
{%- endmacro %}

{% macro default__hex_to_bigint(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__hex_to_bigint(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}
