-- What a touch key is called in the chain: its own name, or its tier's where too few journeys meet it.
with purchase_touches as (
    select journeys.conversion_key, journeys.touch_key
    from {{ ref('int_journeys') }} as journeys
    inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
    where journeys.is_creditable and conversions.conversion_type = 'purchase'
),

met as (
    select touch_key, count(distinct conversion_key) as conversions, 0 as losses
    from purchase_touches
    group by touch_key
    union all
    select touch_key, 0, count(distinct person_key)
    from {{ ref('int_open_journeys') }}
    group by touch_key
),

counted as (
    select
        touch_key,
        cast(sum(conversions) as bigint) as conversions,
        cast(sum(conversions + losses) as bigint) as journeys
    from met
    group by touch_key
),

pooled as (
    select
        counted.touch_key,
        counted.conversions,
        counted.journeys,
        case
            when influencers.influencer_id is not null and counted.journeys < {{ var('markov_min_journeys') }}
                then 'tier:' || coalesce(influencers.tier, '(none)')
        end as pooled_into
    from counted
    left join {{ ref('stg_registry__influencers') }} as influencers
        on counted.touch_key = 'influencer:' || influencers.influencer_id
)

select
    touch_key,
    pooled_into,
    coalesce(pooled_into, touch_key) as markov_key,
    -- A number for each key of the chain, from 0: states and steps carry it instead of text.
    cast(dense_rank() over (order by coalesce(pooled_into, touch_key)) - 1 as bigint) as key_number,
    conversions,
    journeys
from pooled
