-- Position-based credit and money under each code policy, by influencer and campaign; the money as attribution_fact splits it.
with coded as (
    select conversion_key, revenue
    from {{ ref('int_conversions') }}
    where conversion_key in (select conversion_key from {{ ref('int_journey_touches') }} where evidence = 'code')
),

shared as (
    select
        *,
        sum(weight) over (
            partition by code_policy, conversion_key order by creditable_position rows unbounded preceding
        ) as running_weight,
        sum(weight) over (partition by code_policy, conversion_key) as total_weight,
        row_number() over (partition by code_policy, conversion_key order by creditable_position) as share_number,
        count(*) over (partition by code_policy, conversion_key) as shares
    from {{ ref('int_policy_journeys') }}
    where weight > 0
),

-- An order whose only touch was an ignored code is nobody's.
accumulated as (
    select
        policies.code_policy,
        coded.conversion_key,
        coalesce(shared.share_number, 1) as share_number,
        coalesce(shared.channel, '(unattributed)') as channel,
        shared.influencer_id,
        shared.campaign_id,
        coalesce(cast(shared.weight as double) / cast(shared.total_weight as double), 1) as credit,
        case
            when shared.share_number < shared.shares
                then {{ share_of_cents(
                    cents('coded.revenue'), 'cast(shared.running_weight as double) / cast(shared.total_weight as double)'
                ) }}
            else {{ cents('coded.revenue') }}
        end as running_cents
    from coded
    cross join {{ code_policy_rows() }} as policies
    left join shared on policies.code_policy = shared.code_policy and coded.conversion_key = shared.conversion_key
),

split as (
    select
        code_policy,
        channel,
        influencer_id,
        campaign_id,
        credit,
        {{ from_cents(
            'running_cents - coalesce(lag(running_cents) over (partition by code_policy, conversion_key order by share_number), 0)'
        ) }} as revenue
    from accumulated
    union all
    -- Orders without an influencer's code: their credit is the same under every policy.
    select
        policies.code_policy,
        facts.channel,
        facts.influencer_id,
        facts.campaign_id,
        facts.credit,
        facts.attributed_revenue
    from {{ ref('fct_attribution__position_based') }} as facts
    inner join {{ ref('int_conversions') }} as conversions on facts.conversion_id = conversions.conversion_id
    cross join {{ code_policy_rows() }} as policies
    where
        facts.conversion_type = 'purchase'
        and conversions.conversion_key not in (select conversion_key from coded)
)

select
    code_policy,
    channel,
    influencer_id,
    campaign_id,
    sum(cast(credit as decimal(28, 12))) as conversions,
    cast(sum(revenue) as decimal(18, 2)) as revenue
from split
group by code_policy, channel, influencer_id, campaign_id
