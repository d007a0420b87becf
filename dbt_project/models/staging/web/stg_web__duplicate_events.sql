{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='raw_event_key') }}

-- depends_on: {{ ref('int_build_fingerprint') }}
-- depends_on: {{ source('raw', 'clicks') }}

{%- set kept = event_content() | reject('equalto', 'extra') | list %}

with contents as (
    select *
    from {{ ref('stg_web__repeated_events') }}
    {% if partial_build() -%}
    where event_key in (select event_key from {{ source('raw', 'clicks') }} where {{ new_files() }})
    {%- endif %}
),

different as (
    select event_key
    from contents
    group by event_key
    having count(*) > 1
),

hashed as (
    select
        contents.*,
        {{ hash_row(event_content()) }} as row_hash
    from contents
    inner join different on contents.event_key = different.event_key
),

-- Two different ids on one 64-bit key are two events, however unlikely; rows without an id are one event a content.
ranked as (
    select
        *,
        row_number() over (
            partition by event_key, coalesce('i' || event_id, 'r' || row_hash)
            order by event_at, row_hash
        ) as version_rank,
        dense_rank() over (partition by event_key order by coalesce('i' || event_id, 'r' || row_hash)) as key_rank
    from hashed
)

select
    contents.event_key,
    contents.event_key as raw_event_key,
    {% for column in kept -%}
    contents.{{ column }},
    {% endfor -%}
    contents.visitor_key,
    contents._file_id,
    contents.raw_rows,
    true as is_kept
from contents
left join different on contents.event_key = different.event_key
where different.event_key is null
union all
select
    case when key_rank = 1 then event_key else {{ key64(['event_id', 'row_hash', 'key_rank']) }} end as event_key,
    event_key as raw_event_key,
    {% for column in kept -%}
    {{ column }},
    {% endfor -%}
    visitor_key,
    _file_id,
    raw_rows,
    version_rank = 1 as is_kept
from ranked
