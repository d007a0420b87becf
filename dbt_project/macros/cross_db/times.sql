{# seconds_between(earlier, later): elapsed seconds as a double, with fractions; not calendar units. #}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between', 'influencer_roi')(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    ((unix_micros({{ later }}) - unix_micros({{ earlier }})) / 1000000.0D)
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    ((epoch_us({{ later }}) - epoch_us({{ earlier }})) / cast(1000000 as double))
{%- endmacro %}

{# micros(at): microseconds since 1970 as a bigint: exact comparisons and hashable times. #}
{% macro micros(at) -%}
    {{ return(adapter.dispatch('micros', 'influencer_roi')(at)) }}
{%- endmacro %}

{% macro default__micros(at) -%}
    unix_micros({{ at }})
{%- endmacro %}

{% macro duckdb__micros(at) -%}
    epoch_us({{ at }})
{%- endmacro %}

{# reporting_date(at): the calendar day of a UTC instant in the reporting time zone. #}
{% macro reporting_date(at) -%}
    {{ return(adapter.dispatch('reporting_date', 'influencer_roi')(at)) }}
{%- endmacro %}

{% macro default__reporting_date(at) -%}
    cast(from_utc_timestamp({{ at }}, '{{ var("reporting_timezone") }}') as date)
{%- endmacro %}

{% macro duckdb__reporting_date(at) -%}
    cast(({{ at }} at time zone 'UTC') at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}

{# utc_timestamp(text): ISO-8601 text as a naive UTC instant; without an offset it is UTC.
   Trap: DuckDB's cast to `timestamp` drops the offset silently, hence the detour over `timestamptz`. #}
{% macro utc_timestamp(text) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'influencer_roi')(text)) }}
{%- endmacro %}

{% macro default__utc_timestamp(text) -%}
    to_utc_timestamp(cast({{ text }} as timestamp), current_timezone())
{%- endmacro %}

{% macro duckdb__utc_timestamp(text) -%}
    (cast({{ text }} as timestamptz) at time zone 'UTC')
{%- endmacro %}
