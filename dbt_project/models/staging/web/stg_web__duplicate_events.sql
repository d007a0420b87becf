{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='raw_event_key') }}

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

hashed as (
    select
        clicks.*,
        {{ hash_row([
            'event_id', 'event_at', 'visitor_id', 'event_name', 'page_url', 'referrer_url', 'user_agent', 'customer_id',
            'email_hash', 'order_id', 'event_value', 'engagement_seconds', 'consent', 'extra',
        ]) }} as row_hash
    from {{ source('raw', 'clicks') }} as clicks
    inner join repeated on clicks.event_key = repeated.event_key
),

-- Two different ids on one 64-bit key are two events, however unlikely; rows without an id are one event a content.
ranked as (
    select
        *,
        row_number() over (
            partition by event_key, coalesce('i' || event_id, 'r' || row_hash)
            order by event_at, row_hash, _file_id
        ) as version_rank,
        dense_rank() over (partition by event_key order by coalesce('i' || event_id, 'r' || row_hash)) as key_rank
    from hashed
)

select
    case when key_rank = 1 then event_key else {{ key64(['event_id', 'row_hash', 'key_rank']) }} end as event_key,
    event_key as raw_event_key,
    event_id,
    event_at,
    visitor_id,
    visitor_key,
    event_name,
    page_url,
    referrer_url,
    user_agent,
    customer_id,
    email_hash,
    order_id,
    event_value,
    engagement_seconds,
    consent,
    _file_id,
    version_rank = 1 as is_kept
from ranked
