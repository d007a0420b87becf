{# keyed_hash(parts): the published key of something personal: 32 hex digits over typed, delimited, null-safe parts.
   The pepper is a session variable derived from ROI_HASH_KEY, so that neither is ever in compiled SQL; Spark puts it in
   place of `${hivevar:roi_pepper}` when it parses a statement.
   Traps: concat_ws skips nulls, so ('a', null, 'b') and ('a', 'b') would collide; each part is marked instead, by `||`,
   because DuckDB's concat skips nulls as well and Spark's does not. #}
{% macro keyed_hash(parts) -%}
    {{ return(adapter.dispatch('keyed_hash', 'influencer_roi')(parts)) }}
{%- endmacro %}

{% macro hash_parts(parts) -%}
    concat(
        {%- for part in parts -%}
            {%- if part.startswith("'") and part.endswith("'") -%}
                {{ part }}
            {%- else -%}
                coalesce('=' || replace(cast({{ part }} as {{ dbt.type_string() }}), '|', '||'), '-')
            {%- endif -%}
            {%- if not loop.last -%}, '|.|', {% endif -%}
        {%- endfor -%}
    )
{%- endmacro %}

{% macro default__keyed_hash(parts) -%}
    md5(concat(
        coalesce(nullif('${hivevar:roi_pepper}', ''), raise_error('this session has no pepper: start dbt by `roi dbt`')),
        '|.|', {{ influencer_roi.hash_parts(parts) }}
    ))
{%- endmacro %}

{% macro duckdb__keyed_hash(parts) -%}
    md5(concat(coalesce(getvariable('roi_pepper'), ''), '|.|', {{ influencer_roi.hash_parts(parts) }}))
{%- endmacro %}

{# key64(parts): an internal 63-bit key for joins and sorts; never published, never compared between engines. #}
{% macro key64(parts) -%}
    {{ return(adapter.dispatch('key64', 'influencer_roi')(parts)) }}
{%- endmacro %}

{% macro default__key64(parts) -%}
    shiftrightunsigned(xxhash64({{ influencer_roi.hash_parts(parts) }}), 1)
{%- endmacro %}

{% macro duckdb__key64(parts) -%}
    cast(hash({{ influencer_roi.hash_parts(parts) }}) >> 1 as bigint)
{%- endmacro %}

{# hash_row(columns): a portable content hash of a row, for tie-breaks that must not depend on arrival or engine.
   Trap: numbers and times print differently on the engines; compare within one engine, or cast first. #}
{% macro hash_row(columns) -%}
    md5({{ influencer_roi.hash_parts(columns) }})
{%- endmacro %}

{# raw_visitor_key(visitor_id): the 63-bit key that `raw.clicks` has of a visitor id, so that orders and contacts meet clicks.
   Trap: each engine's own hash, which no other engine has; the keys differ, what they join does not. #}
{% macro raw_visitor_key(visitor_id) -%}
    {{ return(adapter.dispatch('raw_visitor_key', 'influencer_roi')(visitor_id)) }}
{%- endmacro %}

{% macro default__raw_visitor_key(visitor_id) -%}
    shiftrightunsigned(xxhash64('v', {{ visitor_id }}), 1)
{%- endmacro %}

{% macro duckdb__raw_visitor_key(visitor_id) -%}
    cast(hash('v', {{ visitor_id }}) >> 1 as bigint)
{%- endmacro %}

{# table_hash(relation): a text that differs when the rows of `relation as seed` differ, in whatever order they come. #}
{% macro table_hash(relation) -%}
    {{ return(adapter.dispatch('table_hash', 'influencer_roi')(relation)) }}
{%- endmacro %}

{% macro default__table_hash(relation) -%}
    concat(cast(count(*) as string), ':', coalesce(cast(sum(cast(xxhash64(*) as decimal(38, 0))) as string), ''))
{%- endmacro %}

{% macro duckdb__table_hash(relation) -%}
    concat(cast(count(*) as varchar), ':', coalesce(cast(sum(hash(seed)) as varchar), ''))
{%- endmacro %}

{# rows_hash(columns): an aggregate over rows that does not depend on their order; used within one engine only. #}
{% macro rows_hash(columns) -%}
    {{ return(adapter.dispatch('rows_hash', 'influencer_roi')(columns)) }}
{%- endmacro %}

{% macro default__rows_hash(columns) -%}
    cast(sum(cast(xxhash64({{ columns | join(', ') }}) as decimal(38, 0))) as string)
{%- endmacro %}

{% macro duckdb__rows_hash(columns) -%}
    cast(sum(hash({{ columns | join(', ') }})) as varchar)
{%- endmacro %}
