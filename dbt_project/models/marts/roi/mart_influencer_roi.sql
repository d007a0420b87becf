-- Purchases of all time; every influencer of the registry under every model, also without a sale.
with grid as (
    select influencers.influencer_id, influencers.influencer_name, influencers.tier, influencers.niche, models.attribution_model
    from {{ ref('dim_influencers') }} as influencers
    cross join (
        {% for attribution_model in attribution_models() -%}
        select '{{ attribution_model }}' as attribution_model {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as models
),

credited as (
    select
        facts.attribution_model,
        facts.influencer_id,
        {{ exact_sum('facts.credit') }} as conversions,
        {{ exact_sum('case when conversions.is_first_purchase then facts.credit else 0 end') }} as new_customers,
        sum(facts.attributed_revenue) as attributed_revenue,
        sum(case when conversions.is_first_purchase then facts.attributed_revenue else 0 end) as new_customer_revenue
    from {{ ref('fct_attribution') }} as facts
    inner join {{ ref('fct_conversions') }} as conversions on facts.conversion_id = conversions.conversion_id
    where facts.conversion_type = 'purchase' and facts.influencer_id is not null
    group by facts.attribution_model, facts.influencer_id
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
        cast(coalesce(evidence.discount_given, 0) as decimal(18, 2)) as discount_given
    from grid
    left join credited
        on grid.influencer_id = credited.influencer_id and grid.attribution_model = credited.attribution_model
    left join {{ ref('int_influencer_traffic') }} as traffic on grid.influencer_id = traffic.influencer_id
    left join {{ ref('int_influencer_evidence') }} as evidence on grid.influencer_id = evidence.influencer_id
    left join {{ ref('int_influencer_cost_totals') }} as costs on grid.influencer_id = costs.influencer_id
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
    cast(attributed_revenue as double) / nullif(conversions, 0) as average_order_value,
    cast(buyers as double) / nullif(visitors, 0) as conversion_rate,
    cast(micro_converting_sessions as double) / nullif(sessions, 0) as micro_conversion_rate,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    discount_given,
    cast(total_cost as double) / nullif(conversions, 0) as cpa,
    cast(total_cost as double) / nullif(new_customers, 0) as cac,
    cast(attributed_revenue - total_cost as double) / nullif(cast(total_cost as double), 0) * 100 as roi_pct,
    cast(attributed_revenue as double) / nullif(cast(total_cost as double), 0) as roas
from figures
