{{ config(meta={'dagster': {'ref': {'name': 'int_journeys'}}}) }}

-- Detects journeys that are not what every model takes for granted: positions 1..n in the order of time and
-- touchpoint without gaps, n the same in all rows, no touch after its conversion or outside of the window,
-- creditable touches numbered 1..k, exactly one last touch.
-- A failure means that first, last and position-based models credit the wrong touch. One pass, and one sort,
-- over the index.
with walked as (
    select
        *,
        row_number() over in_order as true_position,
        lag(touchpoint_id) over in_order as previous_touchpoint_id,
        count(*) over conversion as true_length,
        sum(case when is_creditable then 1 else 0 end) over so_far
            as creditable_so_far,
        sum(case when is_creditable then 1 else 0 end) over conversion as true_creditable_length,
        sum(case when is_last_touch then 1 else 0 end) over conversion as last_touches
    from {{ ref('int_journeys') }}
    where is_in_path
    window
        conversion as (partition by conversion_key),
        in_order as (partition by conversion_key order by touched_at, touchpoint_id),
        so_far as (partition by conversion_key order by touched_at, touchpoint_id rows unbounded preceding)
)

select
    conversion_key,
    touchpoint_id,
    case
        when
            touch_position <> true_position or touch_number <> touch_position or path_length <> true_length
            then 'positions'
        when previous_touchpoint_id = touchpoint_id then 'the same touch twice'
        when hours_to_conversion < 0 then 'after the conversion'
        when hours_to_conversion > {{ var('attribution_window_hours') }} then 'outside of the window'
        when last_touches <> 1 then 'not one last touch'
        else 'creditable positions'
    end as problem
from walked
where
    touch_position <> true_position
    or touch_number <> touch_position
    or path_length <> true_length
    or previous_touchpoint_id = touchpoint_id
    or hours_to_conversion < 0
    or hours_to_conversion > {{ var('attribution_window_hours') }}
    or last_touches <> 1
    or (is_creditable and creditable_position <> creditable_so_far)
    or (is_creditable and creditable_length <> true_creditable_length)
    or (not is_creditable and creditable_position is not null)
