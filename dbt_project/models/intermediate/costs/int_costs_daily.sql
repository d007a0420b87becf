{%- set spread_fees = var('cost_spread') == 'spread' %}

-- Costs on the days that they work for: a campaign's fees over its days, everything else on its own day.
with periods as (
    select
        costs.influencer_id,
        costs.campaign_id,
        costs.deliverable_id,
        costs.cost_type,
        {% if spread_fees -%}
        case when costs.cost_type = 'fee' and campaigns.ends_on >= campaigns.starts_on then campaigns.starts_on
            else costs.incurred_on end as first_day,
        case when costs.cost_type = 'fee' and campaigns.ends_on >= campaigns.starts_on then campaigns.ends_on
            else costs.incurred_on end as last_day,
        {%- else -%}
        costs.incurred_on as first_day,
        costs.incurred_on as last_day,
        {%- endif %}
        costs.amount
    from {{ ref('int_influencer_costs') }} as costs
    left join {{ ref('stg_registry__campaigns') }} as campaigns on costs.campaign_id = campaigns.campaign_id
),

-- Summed first: thousands of commissions fall on one day.
summed as (
    select influencer_id, campaign_id, deliverable_id, cost_type, first_day, last_day, {{ cents('sum(amount)') }} as cents
    from periods
    group by influencer_id, campaign_id, deliverable_id, cost_type, first_day, last_day
),

dated as (
    select summed.*, {{ days_between('first_day', 'last_day') }} as reporting_day
    from summed
    where first_day is not null
),

shared as (
    select
        *,
        row_number() over in_order as part,
        count(*) over (partition by influencer_id, campaign_id, deliverable_id, cost_type, first_day, last_day) as parts
    from dated
    window in_order as (
        partition by influencer_id, campaign_id, deliverable_id, cost_type, first_day, last_day order by reporting_day
    )
)

select
    influencer_id,
    campaign_id,
    deliverable_id,
    cost_type,
    reporting_day,
    {{ from_cents(allocated_cents('cents', 'part', 'parts')) }} as amount
from shared
union all
-- An agreed fee of a campaign without dates has no day, but it is a cost.
select influencer_id, campaign_id, deliverable_id, cost_type, first_day as reporting_day, {{ from_cents('cents') }} as amount
from summed
where first_day is null
