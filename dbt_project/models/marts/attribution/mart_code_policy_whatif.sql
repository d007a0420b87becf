-- What each influencer would get under each code policy, whichever is in force; the rest of the revenue is in the row of no
-- influencer, so that each policy adds up to all purchases.
with terms as (
    select
        influencer_id,
        campaign_id,
        commission_pct,
        count(*) over (partition by influencer_id) as partnerships,
        row_number() over (partition by influencer_id, campaign_id order by partnership_id) as term_rank
    from {{ ref('stg_registry__partnerships') }}
),

-- The agreement of the campaign, else one for all campaigns, else the only one that there is.
matched as (
    select
        credits.code_policy,
        credits.influencer_id,
        credits.campaign_id,
        credits.conversions,
        credits.revenue,
        terms.commission_pct,
        row_number() over (
            partition by credits.code_policy, credits.channel, credits.influencer_id, credits.campaign_id
            order by case when terms.campaign_id = credits.campaign_id then 1 when terms.campaign_id is null then 2 else 3 end
        ) as match_rank
    from {{ ref('int_policy_credits') }} as credits
    left join terms
        on
            credits.influencer_id = terms.influencer_id
            and terms.term_rank = 1
            and (
                terms.campaign_id = credits.campaign_id
                or terms.campaign_id is null
                or (credits.campaign_id is null and terms.partnerships = 1)
            )
),

paid as (
    select
        code_policy,
        influencer_id,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(
            {{ money_product('greatest(revenue, 0)', 'cast(cast(coalesce(commission_pct, 0) as decimal(10, 4)) * 0.01 as decimal(12, 6))') }}
        ) as payout
    from matched
    where match_rank = 1
    group by code_policy, influencer_id
),

grid as (
    select influencers.influencer_id, policies.code_policy
    from {{ ref('dim_influencers') }} as influencers
    cross join {{ code_policy_rows() }} as policies
    union all
    select cast(null as {{ dbt.type_string() }}), policies.code_policy
    from {{ code_policy_rows() }} as policies
),

figures as (
    select
        grid.influencer_id,
        grid.code_policy,
        cast(coalesce(paid.conversions, 0) as double) as conversions,
        cast(coalesce(paid.revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(paid.payout, 0) as decimal(18, 2)) as payout
    from grid
    left join paid
        on grid.code_policy = paid.code_policy and {{ null_safe_equal('grid.influencer_id', 'paid.influencer_id') }}
)

select
    influencer_id,
    code_policy,
    code_policy = '{{ var("code_policy") }}' as is_in_force,
    conversions,
    attributed_revenue,
    payout,
    cast(attributed_revenue - in_force_revenue as decimal(18, 2)) as revenue_change,
    cast(payout - in_force_payout as decimal(18, 2)) as payout_change
from (
    select
        *,
        max(case when code_policy = '{{ var("code_policy") }}' then attributed_revenue end) over (partition by influencer_id)
            as in_force_revenue,
        max(case when code_policy = '{{ var("code_policy") }}' then payout end) over (partition by influencer_id)
            as in_force_payout
    from figures
) as compared
