-- Journeys that end in a purchase and have a creditable touch are what there is to share; a purchase without one is nobody's.
with shapley_credits as (
    select
        case when influencer_id is not null then 'influencer:' || influencer_id else channel end as touch_key,
        credit,
        attributed_revenue
    from {{ ref('fct_attribution__shapley') }}
    where conversion_type = 'purchase' and touchpoint_id is not null
),

shapley as (
    select
        touch_key,
        {{ exact_sum('credit') }} as conversions,
        cast(sum(attributed_revenue) as decimal(18, 2)) as revenue
    from shapley_credits
    group by touch_key
),

totals as (
    select count(*) as conversions, coalesce(sum(revenue), 0) as revenue
    from {{ ref('int_conversions') }}
    where
        conversion_type = 'purchase'
        and conversion_key in (select conversion_key from {{ ref('int_journeys') }} where is_creditable)
),

-- A pool has one effect; its members share it by their purchases, or by their journeys where none bought.
pools as (
    select markov_key, sum(conversions) as conversions, sum(journeys) as journeys
    from {{ ref('int_markov_weights') }}
    group by markov_key
),

markov as (
    select
        weights.touch_key,
        weights.pooled_into,
        weights.journeys,
        weights.removal_effect,
        weights.markov_key_share
        * case
            when pools.conversions > 0 then cast(weights.conversions as double) / cast(pools.conversions as double)
            else cast(weights.journeys as double) / cast(pools.journeys as double)
        end as share
    from {{ ref('int_markov_weights') }} as weights
    inner join pools on weights.markov_key = pools.markov_key
),

accumulated as (
    select
        *,
        sum(share) over (order by touch_key rows unbounded preceding) as running_share,
        row_number() over (order by touch_key) as key_rank,
        count(*) over () as keys
    from markov
),

-- The rounded running total less the previous one, so that the keys' revenue adds up to the cent.
allocated as (
    select
        accumulated.*,
        totals.conversions,
        case
            when accumulated.key_rank = accumulated.keys then {{ cents('totals.revenue') }}
            else {{ share_of_cents(cents('totals.revenue'), 'coalesce(accumulated.running_share, 0)') }}
        end as running_cents
    from accumulated
    cross join totals
)

select
    'markov' as attribution_model,
    touch_key,
    removal_effect,
    share,
    coalesce(share, 0) * conversions as conversions,
    {{ from_cents('running_cents - coalesce(lag(running_cents) over (order by touch_key), 0)') }} as revenue,
    journeys,
    pooled_into
from allocated
union all
select
    'shapley',
    touch_key,
    cast(null as double),
    conversions / (select {{ exact_sum('credit') }} from shapley_credits),
    conversions,
    revenue,
    cast(null as bigint),
    cast(null as {{ dbt.type_string() }})
from shapley
