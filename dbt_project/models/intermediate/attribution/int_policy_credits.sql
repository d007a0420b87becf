-- Position-based credit and money under each code policy, by influencer and campaign; the money as attribution_by_share splits it.
with coded as (
    select *
    from {{ conversions_in_cents() }} as conversions
    where conversion_key in (select conversion_key from {{ ref('int_journey_touches') }} where evidence = 'code')
),

split as (
    -- An order whose only touch was an ignored code is nobody's.
    select
        policies.code_policy,
        coalesce(touches.channel, '(unattributed)') as channel,
        touches.influencer_id,
        touches.campaign_id,
        coalesce(cast(touches.share_up_to - touches.share_before as double), 1) as credit,
        {{ from_cents(cents_between('coalesce(cast(touches.share_before as double), 0)', 'coalesce(cast(touches.share_up_to as double), 1)')) }} as revenue
    from coded as conversions
    cross join {{ code_policy_rows() }} as policies
    left join {{ ref('int_policy_journeys') }} as touches
        on policies.code_policy = touches.code_policy and conversions.conversion_key = touches.conversion_key
    where touches.conversion_key is null or touches.share_up_to > touches.share_before
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
        -- `not in` would compare all with all on Spark, for a null in the list would decide.
        and not exists (select 1 from coded where coded.conversion_key = conversions.conversion_key)
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
