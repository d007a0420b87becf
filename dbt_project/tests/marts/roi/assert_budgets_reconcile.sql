{{ config(meta={'dagster': {'ref': {'name': 'mart_budget_plan'}}}) }}

-- Detects budgets of campaigns that are not the registry's, and a budget plan whose spend before is not what the ledger has
-- for these days. Commissions are no spend of the plan.
-- A failure means that a plan starts from money that was not spent, or that a campaign is held against another budget.
with spent as (
    select plan.influencer_id, sum(costs.amount) as spend
    from {{ ref('mart_budget_plan') }} as plan
    inner join {{ ref('int_costs_daily') }} as costs
        on plan.influencer_id = costs.influencer_id and costs.reporting_day between plan.period_from and plan.period_to
    where costs.cost_type <> 'commission'
    group by plan.influencer_id
),

figures as (
    select
        'spend before' as figure,
        plan.influencer_id as owner_id,
        coalesce(spent.spend, 0) as expected_amount,
        plan.spend_before as found_amount
    from {{ ref('mart_budget_plan') }} as plan
    left join spent on plan.influencer_id = spent.influencer_id
    union all
    select 'budget in dim_campaigns', registry.campaign_id, registry.budget, campaigns.budget
    from {{ ref('stg_registry__campaigns') }} as registry
    left join {{ ref('dim_campaigns') }} as campaigns on registry.campaign_id = campaigns.campaign_id
    union all
    select 'budget in mart_campaign_roi', roi.campaign_id, cast(registry.budget as decimal(18, 2)), roi.budget
    from {{ ref('mart_campaign_roi') }} as roi
    left join {{ ref('stg_registry__campaigns') }} as registry on roi.campaign_id = registry.campaign_id
)

select *
from figures
where coalesce(expected_amount, 0) <> coalesce(found_amount, 0)
