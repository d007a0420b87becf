-- Purchases of all time; every influencer of the registry under every model, also without a sale.
with grid as (
    select influencers.influencer_id, influencers.influencer_name, influencers.tier, influencers.niche, models.attribution_model
    from {{ ref('dim_influencers') }} as influencers
    cross join {{ attribution_model_rows() }} as models
),

credited as (
    select attribution_model, influencer_id, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    where influencer_id is not null
    group by attribution_model, influencer_id
),

figures as (
    select
        grid.*,
        coalesce(traffic.visitors, 0) as visitors,
        coalesce(traffic.sessions, 0) as sessions,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(credited.new_customer_revenue, 0) as decimal(18, 2)) as new_customer_revenue,
        case when credited.influencer_id is null then cast(0 as decimal(18, 2)) else credited.attributed_contribution end
            as attributed_contribution,
        credited.ltv_per_customer,
        coalesce(evidence.link_only_orders, 0) as link_only_orders,
        coalesce(evidence.code_only_orders, 0) as code_only_orders,
        coalesce(evidence.link_and_code_orders, 0) as link_and_code_orders,
        coalesce(evidence.assist_only_orders, 0) as assist_only_orders,
        coalesce(evidence.survey_only_orders, 0) as survey_only_orders,
        traffic.buyers,
        traffic.micro_converting_sessions,
        cast(coalesce(costs.fixed_fee, 0) as decimal(18, 2)) as fixed_fee,
        cast(coalesce(costs.commission, 0) as decimal(18, 2)) as commission,
        cast(coalesce(costs.product_cost, 0) as decimal(18, 2)) as product_cost,
        cast(coalesce(costs.other_cost, 0) as decimal(18, 2)) as other_cost,
        cast(coalesce(costs.total_cost, 0) as decimal(18, 2)) as total_cost,
        cast(coalesce(evidence.discount_given, 0) as decimal(18, 2)) as discount_given,
        coalesce(intervals.credited_people, 0) as credited_people,
        coalesce(intervals.is_sample_enough, false) as is_sample_enough,
        intervals.revenue_low,
        intervals.revenue_high,
        intervals.roi_pct_low,
        intervals.roi_pct_high,
        intervals.cpa_low,
        intervals.cpa_high
    from grid
    left join credited
        on grid.influencer_id = credited.influencer_id and grid.attribution_model = credited.attribution_model
    left join {{ ref('int_influencer_traffic') }} as traffic on grid.influencer_id = traffic.influencer_id
    left join {{ ref('int_influencer_evidence') }} as evidence on grid.influencer_id = evidence.influencer_id
    left join {{ ref('int_influencer_cost_totals') }} as costs on grid.influencer_id = costs.influencer_id
    left join {{ ref('int_influencer_intervals') }} as intervals
        on grid.influencer_id = intervals.influencer_id and grid.attribution_model = intervals.attribution_model
)

select
    influencer_id,
    influencer_name,
    tier,
    niche,
    attribution_model,
    visitors,
    sessions,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    link_only_orders + code_only_orders + link_and_code_orders as direct_conversions,
    assist_only_orders as assisted_conversions,
    link_only_orders,
    code_only_orders,
    link_and_code_orders,
    assist_only_orders,
    survey_only_orders,
    {{ ratio('attributed_revenue', 'conversions') }} as average_order_value,
    {{ ratio('buyers', 'visitors') }} as conversion_rate,
    {{ ratio('micro_converting_sessions', 'sessions') }} as micro_conversion_rate,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    discount_given,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    cpa_low,
    cpa_high,
    {{ ratio('total_cost', 'new_customers') }} as cac,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    roi_pct_low,
    roi_pct_high,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas,
    revenue_low,
    revenue_high,
    credited_people,
    is_sample_enough,
    attributed_contribution,
    {{ return_pct('attributed_contribution', 'total_cost') }} as contribution_roi_pct,
    ltv_per_customer
from figures
