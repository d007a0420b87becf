-- Posts under every model; what belongs to an influencer but to no post (codes, CRM touches, costs of no campaign) is the
-- influencer's row without a post, so that the rows of an influencer add up to mart_influencer_roi.
with credited as (
    select influencer_id, deliverable_id, attribution_model, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    where influencer_id is not null
    group by influencer_id, deliverable_id, attribution_model
),

visited as (
    select
        influencer_id,
        deliverable_id,
        count(*) as sessions,
        count(distinct person_key) as visitors,
        count(case when micro_conversions > 0 then 1 end) as micro_converting_sessions
    from {{ ref('int_sessions') }}
    where influencer_id is not null
    group by influencer_id, deliverable_id
),

bought as (
    select influencer_id, deliverable_id, count(distinct person_key) as buyers
    from {{ ref('int_buying_visits') }}
    group by influencer_id, deliverable_id
),

spent as (
    select influencer_id, deliverable_id, {{ cost_columns() }}
    from {{ ref('int_deliverable_costs') }}
    where influencer_id is not null
    group by influencer_id, deliverable_id
),

-- A link may give a post's visit to another influencer than the post's own: such pairs have a row too.
pairs as (
    select influencer_id, deliverable_id from {{ ref('dim_deliverables') }}
    union
    select influencer_id, cast(null as {{ dbt.type_string() }}) as deliverable_id from {{ ref('dim_influencers') }}
    union
    select influencer_id, deliverable_id from credited
    union
    select influencer_id, deliverable_id from visited
    union
    select influencer_id, deliverable_id from spent
),

figures as (
    select
        pairs.influencer_id,
        pairs.deliverable_id,
        models.attribution_model,
        posts.campaign_id,
        posts.platform,
        posts.content_format,
        posts.posted_at,
        posts.impressions,
        posts.engagements,
        coalesce(visited.visitors, 0) as visitors,
        coalesce(visited.sessions, 0) as sessions,
        coalesce(bought.buyers, 0) as buyers,
        visited.micro_converting_sessions,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(credited.new_customer_revenue, 0) as decimal(18, 2)) as new_customer_revenue,
        credited.ltv_per_customer,
        {% for cost in ['fixed_fee', 'commission', 'product_cost', 'other_cost', 'total_cost'] -%}
        cast(coalesce(spent.{{ cost }}, 0) as decimal(18, 2)) as {{ cost }}{{ ',' if not loop.last }}
        {% endfor %}
    from pairs
    cross join {{ attribution_model_rows() }} as models
    left join {{ ref('dim_deliverables') }} as posts on pairs.deliverable_id = posts.deliverable_id
    left join visited
        on
            pairs.influencer_id = visited.influencer_id
            and {{ null_safe_equal('pairs.deliverable_id', 'visited.deliverable_id') }}
    left join bought
        on
            pairs.influencer_id = bought.influencer_id
            and {{ null_safe_equal('pairs.deliverable_id', 'bought.deliverable_id') }}
    left join spent
        on pairs.influencer_id = spent.influencer_id and {{ null_safe_equal('pairs.deliverable_id', 'spent.deliverable_id') }}
    left join credited
        on
            pairs.influencer_id = credited.influencer_id
            and {{ null_safe_equal('pairs.deliverable_id', 'credited.deliverable_id') }}
            and models.attribution_model = credited.attribution_model
)

select
    deliverable_id,
    influencer_id,
    campaign_id,
    platform,
    content_format,
    posted_at,
    attribution_model,
    impressions,
    engagements,
    visitors,
    sessions,
    {{ ratio('sessions', 'impressions') }} as click_through_rate,
    buyers,
    {{ ratio('buyers', 'visitors') }} as conversion_rate,
    {{ ratio('micro_converting_sessions', 'sessions') }} as micro_conversion_rate,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    fixed_fee,
    commission,
    product_cost,
    other_cost,
    total_cost,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    {{ ratio('total_cost', 'new_customers') }} as cac,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas,
    ltv_per_customer
from figures
