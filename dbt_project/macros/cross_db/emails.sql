{# An e-mail address as it stands in page addresses, plain or with its `@` percent-encoded. #}
{% macro email_pattern() -%}
    '[A-Za-z0-9._%+-]+(@|%40)[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+'
{%- endmacro %}

{# has_email(text): the text holds something like an e-mail address. #}
{% macro has_email(text) -%}
    {{ influencer_roi.partial_match(text, influencer_roi.email_pattern()) }}
{%- endmacro %}

{# without_emails(text, origin): each e-mail address becomes `(e-mail)`; links of newsletters carry them.
   origin: a column that has an `@` wherever the text has one; the pattern runs only there.
   Trap: regexp_replace replaces the first match on DuckDB and all on Spark. #}
{% macro without_emails(text, origin) -%}
    case
        when {{ origin }} like '%@%' or {{ origin }} like '%^%40%' escape '^'
            then {{ adapter.dispatch('replace_emails', 'influencer_roi')(text) }}
        else {{ text }}
    end
{%- endmacro %}

{% macro default__replace_emails(text) -%}
    regexp_replace({{ text }}, {{ influencer_roi.email_pattern() }}, '(e-mail)')
{%- endmacro %}

{% macro duckdb__replace_emails(text) -%}
    regexp_replace({{ text }}, {{ influencer_roi.email_pattern() }}, '(e-mail)', 'g')
{%- endmacro %}
