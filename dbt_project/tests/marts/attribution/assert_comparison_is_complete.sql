{{ config(meta={'dagster': {'ref': {'name': 'mart_model_comparison'}}}) }}

-- Detects an influencer of the registry without a row under some model, and figures that differ from mart_influencer_roi.
-- A failure means that "which model did you use?" gets another answer here than in the ROI table.
with roi as (
    select
        influencer_id,
        attribution_model,
        attributed_revenue,
        total_cost,
        min(attributed_revenue) over of_influencer as lowest_revenue,
        max(attributed_revenue) over of_influencer as highest_revenue,
        sum(case when attribution_model = '{{ var("decision_model") }}' then attributed_revenue end) over of_influencer
            as decision_revenue
    from {{ ref('mart_influencer_roi') }}
    window of_influencer as (partition by influencer_id)
)

select
    coalesce(roi.influencer_id, comparison.influencer_id) as influencer_id,
    coalesce(roi.attribution_model, comparison.attribution_model) as attribution_model,
    roi.attributed_revenue as roi_revenue,
    comparison.attributed_revenue as comparison_revenue
from roi
full outer join {{ ref('mart_model_comparison') }} as comparison
    on roi.influencer_id = comparison.influencer_id and roi.attribution_model = comparison.attribution_model
where
    roi.influencer_id is null
    or comparison.influencer_id is null
    or roi.attributed_revenue <> comparison.attributed_revenue
    or roi.total_cost <> comparison.total_cost
    or roi.lowest_revenue <> comparison.lowest_revenue
    or roi.highest_revenue <> comparison.highest_revenue
    or roi.highest_revenue - roi.lowest_revenue <> comparison.revenue_spread
    or roi.attributed_revenue - roi.decision_revenue <> comparison.revenue_change
    or comparison.models <> {{ attribution_models() | length }}
