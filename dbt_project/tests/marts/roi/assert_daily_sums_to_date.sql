{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi_daily'}}}) }}

-- Detects days whose revenue or cost to date is not that of the day before and their own.
-- A failure means that days are added up in another order than they came, or that one is left out.
with days as (
    select
        influencer_id,
        attribution_model,
        reporting_day,
        attributed_revenue,
        total_cost,
        revenue_to_date,
        cost_to_date,
        coalesce(lag(revenue_to_date) over in_order, 0) as revenue_before,
        coalesce(lag(cost_to_date) over in_order, 0) as cost_before
    from {{ ref('mart_influencer_roi_daily') }}
    window in_order as (partition by influencer_id, attribution_model order by reporting_day nulls first)
)

select influencer_id, attribution_model, reporting_day, revenue_to_date, cost_to_date
from days
where revenue_to_date <> revenue_before + attributed_revenue or cost_to_date <> cost_before + total_cost
