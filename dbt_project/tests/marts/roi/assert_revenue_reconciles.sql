{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}
{%- set of_influencers = [
    'mart_influencer_roi', 'mart_influencer_roi_daily', 'mart_deliverable_roi', 'mart_category_roi', 'mart_model_comparison',
] %}

-- Detects a ROI mart whose revenue is not that of the purchases behind it.
-- A failure means that an order is counted twice, lost, or split without its cents adding up; no figure of that mart holds.
with influencer_credits as (
    select attribution_model, influencer_id, sum(attributed_revenue) as revenue
    from {{ ref('fct_attribution') }}
    where conversion_type = 'purchase' and influencer_id is not null
    group by attribution_model, influencer_id
),

influencer_totals as (
    select attribution_model, sum(revenue) as revenue
    from influencer_credits
    group by attribution_model
),

purchases as (
    select sum(revenue) as revenue
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

by_influencer as (
    {% for mart in of_influencers -%}
    select '{{ mart }}' as mart, attribution_model, influencer_id, sum(attributed_revenue) as revenue
    from {{ ref(mart) }}
    where influencer_id is not null
    group by attribution_model, influencer_id
    union all
    {% endfor -%}
    select 'mart_influencer_scorecard', '{{ var("decision_model") }}', influencer_id, attributed_revenue
    from {{ ref('mart_influencer_scorecard') }}
),

marts as (
    select mart, attribution_model from by_influencer group by mart, attribution_model
),

influencer_differences as (
    select
        coalesce(by_influencer.mart, expected.mart) as mart,
        coalesce(by_influencer.attribution_model, expected.attribution_model) as attribution_model,
        coalesce(by_influencer.influencer_id, expected.influencer_id) as influencer_id,
        coalesce(expected.revenue, 0) as expected_revenue,
        coalesce(by_influencer.revenue, 0) as found_revenue
    from by_influencer
    full outer join (
        select marts.mart, credits.*
        from influencer_credits as credits
        inner join marts on credits.attribution_model = marts.attribution_model
    ) as expected
        on
            by_influencer.mart = expected.mart
            and by_influencer.attribution_model = expected.attribution_model
            and by_influencer.influencer_id = expected.influencer_id
),

totals as (
    {% for mart in ['mart_channel_performance', 'mart_category_roi'] -%}
    select '{{ mart }}' as mart, found.attribution_model, found.revenue, purchases.revenue as expected_revenue
    from (
        select attribution_model, sum(attributed_revenue) as revenue
        from {{ ref(mart) }}
        group by attribution_model
    ) as found
    cross join purchases
    union all
    {% endfor -%}
    {% for mart in ['mart_campaign_roi', 'mart_program_roi'] -%}
    select '{{ mart }}' as mart, found.attribution_model, found.revenue, coalesce(expected.revenue, 0) as expected_revenue
    from (
        select attribution_model, sum(attributed_revenue) as revenue
        from {{ ref(mart) }}
        group by attribution_model
    ) as found
    left join influencer_totals as expected on found.attribution_model = expected.attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select mart, attribution_model, influencer_id, expected_revenue, found_revenue
from influencer_differences
where expected_revenue <> found_revenue
union all
select mart, attribution_model, null, expected_revenue, revenue
from totals
where revenue <> expected_revenue
