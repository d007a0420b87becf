{# query_param(url, name): the first value of a query parameter, decoded; null when absent or empty.
   Looks in the query and the fragment, and behind `&amp;`, which copied links carry. The name is matched without case. #}
{% macro query_param(url, name) -%}
    nullif(trim({{ influencer_roi.decode_twice("regexp_extract(" ~ url ~ ", '(?i)[?&#;]" ~ name ~ "=([^&#]*)', 1)") }}), '')
{%- endmacro %}

{# Marketing tools encode twice; a second round leaves what is already plain as it is. #}
{% macro decode_twice(value) -%}
    {{ influencer_roi.url_decode(influencer_roi.url_decode("replace(" ~ value ~ ", '+', ' ')")) }}
{%- endmacro %}

{# url_decode(value): percent-decoding that leaves an invalid sequence as it came.
   Trap: DuckDB raises on bytes that are not UTF-8, Spark turns `+` into a space. #}
{% macro url_decode(value) -%}
    {{ return(adapter.dispatch('url_decode', 'influencer_roi')(value)) }}
{%- endmacro %}

{% macro default__url_decode(value) -%}
    coalesce(try_url_decode(replace({{ value }}, '+', '%2B')), {{ value }})
{%- endmacro %}

{% macro duckdb__url_decode(value) -%}
    coalesce(try(url_decode({{ value }})), {{ value }})
{%- endmacro %}

{# url_host(url): the host in lower case without `www.` and port; null for a relative address. #}
{% macro url_host(url) -%}
    nullif(lower(regexp_extract({{ url }}, '^(?i)(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)', 1)), '')
{%- endmacro %}

{# url_path(url): the path without host, query and fragment; `/` for the root. No group is captured, which takes twice as long. #}
{% macro url_path(url) -%}
    coalesce(nullif(split_part(split_part(
        regexp_replace({{ url }}, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*', ''), '?', 1), '#', 1), ''), '/')
{%- endmacro %}

{# same_site(host, other): one host, or one is a sub-domain of the other.
   Trap: hosts come from outside, and `like` would take what is in them for wildcards, on Spark for escapes too. #}
{% macro same_site(host, other) -%}
    coalesce(
        {{ host }} = {{ other }}
        or right({{ host }}, length({{ other }}) + 1) = '.' || {{ other }}
        or right({{ other }}, length({{ host }}) + 1) = '.' || {{ host }},
        false
    )
{%- endmacro %}
