{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='raw_event_key') }}

{%- set content = [
    'event_id', 'event_at', 'visitor_id', 'visitor_key', 'event_name', 'page_url', 'referrer_url', 'user_agent', 'customer_id',
    'email_hash', 'order_id', 'event_value', 'engagement_seconds', 'consent', 'extra',
] %}

-- depends_on: {{ ref('int_build_fingerprint') }}

with repeated as (
    select event_key
    from {{ source('raw', 'clicks') }}
    {% if partial_build() -%}
    where event_key in (select event_key from {{ source('raw', 'clicks') }} where {{ new_files() }})
    {%- endif %}
    group by event_key
    having count(*) > 1
),

-- Equal rows are one before anything is sorted: a file that was sent again brings millions of them.
contents as (
    select
        clicks.event_key,
        {% for column in content -%}
        clicks.{{ column }},
        {% endfor -%}
        min(clicks._file_id) as _file_id,
        count(*) as raw_rows
    from {{ source('raw', 'clicks') }} as clicks
    inner join repeated on clicks.event_key = repeated.event_key
    group by
        clicks.event_key
        {%- for column in content %},
        clicks.{{ column }}
        {%- endfor %}
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
        {{ hash_row(content | reject('equalto', 'visitor_key') | list) }} as row_hash
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
    {% for column in content if column != 'extra' -%}
    contents.{{ column }},
    {% endfor -%}
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
    {% for column in content if column != 'extra' -%}
    {{ column }},
    {% endfor -%}
    _file_id,
    raw_rows,
    version_rank = 1 as is_kept
from ranked
