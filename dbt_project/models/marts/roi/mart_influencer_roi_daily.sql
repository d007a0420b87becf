-- Days on which an influencer had a visit, a credited order or a cost; other days have no row.
with credited as (
    select influencer_id, reporting_day, attribution_model, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    where influencer_id is not null
    group by influencer_id, reporting_day, attribution_model
),

visited as (
    select
        influencer_id,
        {{ reporting_date('started_at') }} as reporting_day,
        count(*) as sessions,
        count(distinct person_key) as visitors
    from {{ ref('int_sessions') }}
    where influencer_id is not null
    group by influencer_id, {{ reporting_date('started_at') }}
),

bought as (
    select influencer_id, reporting_day, count(distinct person_key) as buyers
    from {{ ref('int_buying_visits') }}
    group by influencer_id, reporting_day
),

spent as (
    select influencer_id, reporting_day, {{ cost_columns() }}
    from {{ ref('int_costs_daily') }}
    where influencer_id is not null
    group by influencer_id, reporting_day
),

days as (
    select influencer_id, reporting_day from credited
    union
    select influencer_id, reporting_day from visited
    union
    select influencer_id, reporting_day from spent
),

figures as (
    select
        days.influencer_id,
        days.reporting_day,
        models.attribution_model,
        coalesce(visited.visitors, 0) as visitors,
        coalesce(visited.sessions, 0) as sessions,
        coalesce(bought.buyers, 0) as buyers,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(credited.new_customer_revenue, 0) as decimal(18, 2)) as new_customer_revenue,
        credited.ltv_per_customer,
        {% for cost in ['fixed_fee', 'commission', 'product_cost', 'other_cost', 'total_cost'] -%}
        cast(coalesce(spent.{{ cost }}, 0) as decimal(18, 2)) as {{ cost }}{{ ',' if not loop.last }}
        {% endfor %}
    from days
    cross join {{ attribution_model_rows() }} as models
    left join credited
        on
            days.influencer_id = credited.influencer_id
            and days.reporting_day = credited.reporting_day
            and models.attribution_model = credited.attribution_model
    left join visited
        on days.influencer_id = visited.influencer_id and days.reporting_day = visited.reporting_day
    left join bought
        on days.influencer_id = bought.influencer_id and days.reporting_day = bought.reporting_day
    left join spent
        on days.influencer_id = spent.influencer_id and {{ null_safe_equal('days.reporting_day', 'spent.reporting_day') }}
)

select
    influencer_id,
    reporting_day,
    attribution_model,
    visitors,
    sessions,
    buyers,
    {{ ratio('buyers', 'visitors') }} as conversion_rate,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    cast(sum(attributed_revenue) over so_far as decimal(18, 2)) as revenue_to_date,
    cast(sum(total_cost) over so_far as decimal(18, 2)) as cost_to_date,
    {{ return_pct('sum(attributed_revenue) over so_far', 'sum(total_cost) over so_far') }} as roi_pct_to_date,
    ltv_per_customer
from figures
window so_far as (
    partition by influencer_id, attribution_model order by reporting_day nulls first rows unbounded preceding
)
-- Pages ask for one model and some days: stored together, the engine skips all the others.
order by attribution_model, reporting_day, influencer_id
