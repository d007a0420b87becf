-- What the choice of a model changes for each influencer: every model beside the one that decisions go by.
with figures as (
    select
        influencer_id,
        influencer_name,
        tier,
        niche,
        attribution_model,
        conversions,
        new_customers,
        attributed_revenue,
        total_cost,
        roi_pct,
        -- Equal revenue is an equal rank: nobody is ahead by an id.
        rank() over (partition by attribution_model order by attributed_revenue desc) as revenue_rank
    from {{ ref('mart_influencer_roi') }}
),

decisions as (
    select influencer_id, attributed_revenue, revenue_rank
    from figures
    where attribution_model = '{{ var("decision_model") }}'
),

spreads as (
    select
        influencer_id,
        count(*) as models,
        min(attributed_revenue) as lowest_revenue,
        max(attributed_revenue) as highest_revenue,
        {{ exact_sum('attributed_revenue') }} / count(*) as mean_revenue,
        min(revenue_rank) as best_rank,
        max(revenue_rank) as worst_rank,
        count(case when roi_pct > 0 then 1 end) as models_in_profit
    from figures
    group by influencer_id
)

select
    figures.influencer_id,
    figures.influencer_name,
    figures.tier,
    figures.niche,
    figures.attribution_model,
    figures.attribution_model = '{{ var("decision_model") }}' as is_decision_model,
    figures.conversions,
    figures.new_customers,
    figures.attributed_revenue,
    figures.total_cost,
    figures.roi_pct,
    figures.revenue_rank,
    decisions.revenue_rank - figures.revenue_rank as rank_change,
    cast(figures.attributed_revenue - decisions.attributed_revenue as decimal(18, 2)) as revenue_change,
    spreads.lowest_revenue,
    spreads.highest_revenue,
    cast(spreads.highest_revenue - spreads.lowest_revenue as decimal(18, 2)) as revenue_spread,
    cast(spreads.highest_revenue - spreads.lowest_revenue as double) / nullif(spreads.mean_revenue, 0) * 100 as revenue_spread_pct,
    spreads.best_rank,
    spreads.worst_rank,
    spreads.models,
    spreads.models_in_profit
from figures
inner join decisions on figures.influencer_id = decisions.influencer_id
inner join spreads on figures.influencer_id = spreads.influencer_id
