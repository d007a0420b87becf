-- Money and credit add up over influencers; visitors do not, for one person may follow several.
with traffic as (
    select
        count(distinct person_id) as visitors,
        count(*) as sessions
    from {{ ref('fct_sessions') }}
    where influencer_id is not null
),

models as (
    select
        attribution_model,
        count(*) as influencers,
        count(case when total_cost > 0 and attributed_revenue <= 0 then 1 end) as influencers_without_revenue,
        {{ exact_sum('conversions') }} as conversions,
        {{ exact_sum('new_customers') }} as new_customers,
        cast(sum(attributed_revenue) as decimal(18, 2)) as attributed_revenue,
        cast(sum(new_customer_revenue) as decimal(18, 2)) as new_customer_revenue,
        cast(sum(total_cost) as decimal(18, 2)) as total_cost
    from {{ ref('mart_influencer_roi') }}
    group by attribution_model
)

select
    models.attribution_model,
    models.influencers,
    models.influencers_without_revenue,
    traffic.visitors,
    traffic.sessions,
    models.conversions,
    models.new_customers,
    models.attributed_revenue,
    models.new_customer_revenue,
    models.total_cost,
    {{ ratio('models.attributed_revenue', 'models.conversions') }} as average_order_value,
    {{ ratio('models.total_cost', 'models.conversions') }} as cpa,
    intervals.cpa_low,
    intervals.cpa_high,
    {{ ratio('models.total_cost', 'models.new_customers') }} as cac,
    {{ return_pct('models.attributed_revenue', 'models.total_cost') }} as roi_pct,
    intervals.roi_pct_low,
    intervals.roi_pct_high,
    {{ ratio('models.attributed_revenue', 'models.total_cost') }} as roas,
    intervals.revenue_low,
    intervals.revenue_high,
    coalesce(intervals.credited_people, 0) as credited_people,
    coalesce(intervals.is_sample_enough, false) as is_sample_enough
from models
cross join traffic
left join {{ ref('int_program_intervals') }} as intervals on models.attribution_model = intervals.attribution_model
