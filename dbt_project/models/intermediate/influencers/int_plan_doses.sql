{%- set decision_model = var('decision_model') %}

-- What was spent on an influencer in a campaign, and what that brought. Commissions come with the sales: nobody decides to
-- spend them, so they lower the value instead of being spend, which would make more sales look like more spend.
with seen_until as (
    select {{ reporting_date('data_until') }} as last_day from {{ ref('int_data_until') }}
),

spent as (
    select
        costs.influencer_id,
        costs.campaign_id,
        sum(case when costs.cost_type <> 'commission' then costs.amount else 0 end) as spend,
        sum(case
            when
                costs.cost_type <> 'commission'
                and costs.reporting_day > {{ dbt.dateadd('day', -var('plan_period_days'), 'seen_until.last_day') }}
                then costs.amount
            else 0
        end) as recent_spend,
        sum(case when costs.cost_type = 'commission' then costs.amount else 0 end) as commission
    from {{ ref('int_costs_daily') }} as costs
    cross join seen_until
    -- What campaigns to come will cost has not brought anything yet.
    where costs.reporting_day <= seen_until.last_day or costs.reporting_day is null
    group by costs.influencer_id, costs.campaign_id
),

credited as (
    select influencer_id, campaign_id, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    where influencer_id is not null and attribution_model = '{{ decision_model }}'
    group by influencer_id, campaign_id
),

lumps as (
    select
        influencer_id,
        sum({{ decision_model }}_cents * {{ decision_model }}_cents) / nullif(sum({{ decision_model }}_cents), 0) / 100 as lump
    from {{ ref('int_person_credits') }}
    where {{ decision_model }}_cents > 0
    group by influencer_id
),

pairs as (
    select influencer_id, campaign_id from spent where influencer_id is not null
    union
    select influencer_id, campaign_id from credited
    union
    select influencer_id, cast(null as {{ dbt.type_string() }}) as campaign_id from {{ ref('dim_influencers') }}
),

figures as (
    select
        pairs.influencer_id,
        pairs.campaign_id,
        coalesce(spent.spend, 0) as spend,
        coalesce(spent.recent_spend, 0) as recent_spend,
        coalesce(spent.commission, 0) as commission,
        coalesce(credited.attributed_revenue, 0) as revenue,
        case when credited.influencer_id is null then 0 else credited.attributed_contribution end as contribution
    from pairs
    left join spent
        on
            pairs.influencer_id = spent.influencer_id
            and {{ null_safe_equal('pairs.campaign_id', 'spent.campaign_id') }}
    left join credited
        on
            pairs.influencer_id = credited.influencer_id
            and {{ null_safe_equal('pairs.campaign_id', 'credited.campaign_id') }}
)

select
    figures.influencer_id,
    influencers.tier,
    figures.campaign_id,
    cast(figures.spend as decimal(18, 2)) as spend,
    cast(figures.recent_spend as decimal(18, 2)) as recent_spend,
    cast(figures.revenue as decimal(18, 2)) as revenue,
    -- One measure for all: an influencer must not win because the cost of others' goods is known.
    cast(case
        when count(*) over () = count(figures.contribution) over () then figures.contribution else figures.revenue
    end - figures.commission as decimal(18, 2)) as value,
    count(*) over () = count(figures.contribution) over () as is_contribution,
    lumps.lump,
    cast({{ dbt.dateadd('day', 1 - var('plan_period_days'), 'seen_until.last_day') }} as date) as period_from,
    seen_until.last_day as period_to
from figures
cross join seen_until
inner join {{ ref('dim_influencers') }} as influencers on figures.influencer_id = influencers.influencer_id
left join lumps on figures.influencer_id = lumps.influencer_id
