{%- set markov_order = var('markov_order') | int %}

-- Steps of all journeys, purchases and open ones, each distinct step once. A state is the last keys of a journey, as many as
-- `markov_order`, fewer at its beginning. States: -1 the start, -2 converted, -3 lost, others numbered from 0.
with touches as (
    select
        journeys.conversion_key as journey_key,
        true as is_converting,
        journeys.creditable_position as touch_position,
        journeys.creditable_length as path_length,
        keys.key_number
    from {{ ref('int_journeys') }} as journeys
    inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
    inner join {{ ref('int_markov_keys') }} as keys on journeys.touch_key = keys.touch_key
    where journeys.is_creditable and conversions.conversion_type = 'purchase'
    union all
    select journeys.person_key, false, journeys.touch_position, journeys.path_length, keys.key_number
    from {{ ref('int_open_journeys') }} as journeys
    inner join {{ ref('int_markov_keys') }} as keys on journeys.touch_key = keys.touch_key
),

stated as (
    select
        *,
        {% if markov_order == 1 -%}
        key_number as state
        {%- else -%}
        cast(key_number as {{ dbt.type_string() }})
        {%- for back in range(1, markov_order) %}
        || coalesce('<' || cast(lag(key_number, {{ back }}) over in_order as {{ dbt.type_string() }}), '')
        {%- endfor %} as state
        {%- endif %}
    from touches
    {% if markov_order > 1 -%}
    window in_order as (partition by is_converting, journey_key order by touch_position)
    {%- endif %}
),

linked as (
    select
        lag(state) over (partition by is_converting, journey_key order by touch_position) as origin,
        state,
        key_number,
        touch_position = path_length as is_last,
        is_converting
    from stated
),

entered as (
    select origin, state as target, key_number, count(*) as journeys
    from linked
    group by origin, state, key_number
),

ended as (
    select state as origin, is_converting, count(*) as journeys
    from linked
    where is_last
    group by state, is_converting
),

states as (
    select target as state, row_number() over (order by target) - 1 as state_number
    from entered
    group by target
),

numbered as (
    select coalesce(origins.state_number, -1) as origin_state, targets.state_number as target_state, entered.key_number, entered.journeys
    from entered
    left join states as origins on entered.origin = origins.state
    inner join states as targets on entered.target = targets.state
    union all
    select states.state_number, case when ended.is_converting then -2 else -3 end, null, ended.journeys
    from ended
    inner join states on ended.origin = states.state
)

select
    cast(origin_state as bigint) as origin_state,
    cast(target_state as bigint) as target_state,
    cast(key_number as bigint) as target_key_number,
    cast(journeys as bigint) as journeys
from numbered
