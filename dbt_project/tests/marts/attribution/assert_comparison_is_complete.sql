{{ config(meta={'dagster': {'ref': {'name': 'mart_model_comparison'}}}) }}

-- Detects an influencer of the registry without a row under some model, and figures that differ from mart_influencer_roi.
-- A failure means that "which model did you use?" gets another answer here than in the ROI table.
select
    coalesce(roi.influencer_id, comparison.influencer_id) as influencer_id,
    coalesce(roi.attribution_model, comparison.attribution_model) as attribution_model,
    roi.attributed_revenue as roi_revenue,
    comparison.attributed_revenue as comparison_revenue
from {{ ref('mart_influencer_roi') }} as roi
full outer join {{ ref('mart_model_comparison') }} as comparison
    on roi.influencer_id = comparison.influencer_id and roi.attribution_model = comparison.attribution_model
where
    roi.influencer_id is null
    or comparison.influencer_id is null
    or roi.attributed_revenue <> comparison.attributed_revenue
    or comparison.models <> {{ attribution_models() | length }}
