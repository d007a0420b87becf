with periods as (
    select distinct is_contribution, period_from, period_to from {{ ref('int_plan_doses') }}
)

select
    plan.influencer_id,
    influencers.influencer_name,
    influencers.tier,
    influencers.niche,
    '{{ var("decision_model") }}' as attribution_model,
    case when periods.is_contribution then 'contribution' else 'revenue' end as value_basis,
    periods.period_from,
    periods.period_to,
    plan.spend_before,
    plan.planned_spend,
    {{ return_pct('plan.planned_spend', 'plan.spend_before') }} as change_pct,
    plan.least_spend,
    plan.most_spend,
    plan.expected_value_before,
    plan.expected_value,
    plan.expected_gain,
    plan.gain_low,
    plan.gain_high,
    plan.next_unit_value,
    plan.value_per_spend,
    plan.value_per_spend_sd,
    plan.elasticity,
    plan.elasticity_sd_all,
    plan.elasticity_sd_tier,
    plan.elasticity_sd_own,
    plan.own_weight,
    plan.curve_basis,
    plan.reason,
    plan.budget,
    plan.unallocated,
    plan.is_cut,
    plan.plan_gain,
    plan.plan_gain_low,
    plan.plan_gain_high
from {{ ref('int_budget_plan') }} as plan
inner join {{ ref('dim_influencers') }} as influencers on plan.influencer_id = influencers.influencer_id
cross join periods
