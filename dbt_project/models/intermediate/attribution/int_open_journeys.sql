{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key',
    meta={'changed': 'int_restated_people'},
) }}

-- Where nothing was bought yet: a person's touches since the last purchase, or all of them. There is no conversion from which
-- a window could count back, so there is none; creditability follows the rules of int_journeys.
with last_purchases as (
    select person_key, max(ordered_at) as last_purchased_at
    from {{ ref('int_purchases') }}
    group by person_key
),

open_touches as (
    select touches.person_key, touches.touchpoint_id, touches.touched_at, touches.channel, touches.touch_key
    from {{ ref('int_touchpoints') }} as touches
    left join last_purchases on touches.person_key = last_purchases.person_key
    where
        (last_purchases.person_key is null or touches.touched_at > last_purchases.last_purchased_at)
        and {{ changed_only('touches.person_key', ref('int_restated_people')) }}
),

creditable as (
    select person_key, touchpoint_id, touched_at, touch_key
    from open_touches
    {% if var('direct_touches') == 'drop' -%}
    where
        channel <> 'direct'
        -- Not `not in`: Spark would compare every touch with every person.
        or not exists (
            select 1 from open_touches as others
            where others.person_key = open_touches.person_key and others.channel <> 'direct'
        )
    {%- endif %}
),

{% if var('collapse_repeats') -%}
marked as (
    select
        *,
        lag(touch_key) over (partition by person_key order by touched_at, touchpoint_id) as previous_key
    from creditable
),

counted as (
    select * from marked
    where previous_key is null or touch_key <> previous_key
)
{%- else -%}
counted as (
    select * from creditable
)
{%- endif %}

select
    person_key,
    touch_key,
    row_number() over (partition by person_key order by touched_at, touchpoint_id) as touch_position,
    count(*) over (partition by person_key) as path_length
from counted
