-- Campaigns of the registry under every model; what influencers did or cost outside of any campaign is the row without one.
with credited as (
    select campaign_id, attribution_model, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    where influencer_id is not null
    group by campaign_id, attribution_model
),

visited as (
    select campaign_id, count(*) as sessions, count(distinct person_key) as visitors
    from {{ ref('int_sessions') }}
    where influencer_id is not null
    group by campaign_id
),

bought as (
    select campaign_id, count(distinct person_key) as buyers
    from {{ ref('int_buying_visits') }}
    group by campaign_id
),

spent as (
    select campaign_id, {{ cost_columns() }}
    from {{ ref('int_influencer_costs') }}
    where influencer_id is not null
    group by campaign_id
),

partners as (
    select campaign_id, count(distinct influencer_id) as influencers
    from {{ ref('stg_registry__partnerships') }}
    group by campaign_id
),

campaigns as (
    select campaign_id, campaign_name, starts_on, ends_on, product_category, cast(budget as decimal(18, 2)) as budget
    from {{ ref('dim_campaigns') }}
    union all
    select
        cast(null as {{ dbt.type_string() }}), '(no campaign)', cast(null as date), cast(null as date),
        cast(null as {{ dbt.type_string() }}), cast(null as decimal(18, 2))
),

figures as (
    select
        campaigns.*,
        models.attribution_model,
        coalesce(partners.influencers, 0) as influencers,
        coalesce(visited.visitors, 0) as visitors,
        coalesce(visited.sessions, 0) as sessions,
        coalesce(bought.buyers, 0) as buyers,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(credited.new_customer_revenue, 0) as decimal(18, 2)) as new_customer_revenue,
        credited.ltv_per_customer,
        case when credited.attribution_model is null then cast(0 as decimal(18, 2)) else credited.attributed_contribution end
            as attributed_contribution,
        {% for cost in ['fixed_fee', 'commission', 'product_cost', 'other_cost', 'total_cost'] -%}
        cast(coalesce(spent.{{ cost }}, 0) as decimal(18, 2)) as {{ cost }}{{ ',' if not loop.last }}
        {% endfor %}
    from campaigns
    cross join {{ attribution_model_rows() }} as models
    left join partners on {{ null_safe_equal('campaigns.campaign_id', 'partners.campaign_id') }}
    left join visited on {{ null_safe_equal('campaigns.campaign_id', 'visited.campaign_id') }}
    left join bought on {{ null_safe_equal('campaigns.campaign_id', 'bought.campaign_id') }}
    left join spent on {{ null_safe_equal('campaigns.campaign_id', 'spent.campaign_id') }}
    left join credited
        on
            {{ null_safe_equal('campaigns.campaign_id', 'credited.campaign_id') }}
            and models.attribution_model = credited.attribution_model
)

select
    campaign_id,
    campaign_name,
    starts_on,
    ends_on,
    product_category,
    attribution_model,
    influencers,
    visitors,
    sessions,
    buyers,
    {{ ratio('buyers', 'visitors') }} as conversion_rate,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    {{ ratio('attributed_revenue', 'conversions') }} as average_order_value,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    budget,
    {{ ratio('total_cost', 'budget') }} * 100 as budget_used_pct,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    {{ ratio('total_cost', 'new_customers') }} as cac,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas,
    attributed_contribution,
    {{ return_pct('attributed_contribution', 'total_cost') }} as contribution_roi_pct,
    ltv_per_customer
from figures
