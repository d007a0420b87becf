{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}

-- Detects a ROI mart whose revenue is not that of the purchases behind it.
-- A failure means that an order is counted twice, lost, or split without its cents adding up; no figure of that mart holds.
with influencer_credits as (
    select attribution_model, influencer_id, sum(attributed_revenue) as revenue
    from {{ ref('int_credits') }}
    where conversion_type = 'purchase' and influencer_id is not null
    group by attribution_model, influencer_id
),

purchases as (
    select sum(revenue) as revenue
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase'
),

by_influencer as (
    {% for mart in ['mart_influencer_roi', 'mart_influencer_roi_daily', 'mart_deliverable_roi', 'mart_category_roi'] -%}
    select '{{ mart }}' as mart, attribution_model, influencer_id, sum(attributed_revenue) as revenue
    from {{ ref(mart) }}
    where influencer_id is not null
    group by attribution_model, influencer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

marts as (
    select mart from by_influencer group by mart
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
        cross join marts
    ) as expected
        on
            by_influencer.mart = expected.mart
            and by_influencer.attribution_model = expected.attribution_model
            and by_influencer.influencer_id = expected.influencer_id
),

totals as (
    {% for mart in ['mart_channel_performance', 'mart_category_roi'] -%}
    select '{{ mart }}' as mart, attribution_model, sum(attributed_revenue) as revenue
    from {{ ref(mart) }}
    group by attribution_model
    union all
    {% endfor -%}
    select
        'mart_campaign_roi' as mart,
        campaigns.attribution_model,
        campaigns.revenue + purchases.revenue - of_influencers.revenue as revenue
    from (
        select attribution_model, sum(attributed_revenue) as revenue
        from {{ ref('mart_campaign_roi') }}
        group by attribution_model
    ) as campaigns
    cross join purchases
    left join (
        select attribution_model, sum(revenue) as revenue
        from influencer_credits
        group by attribution_model
    ) as of_influencers on campaigns.attribution_model = of_influencers.attribution_model
)

select mart, attribution_model, influencer_id, expected_revenue, found_revenue
from influencer_differences
where expected_revenue <> found_revenue
union all
select totals.mart, totals.attribution_model, null, purchases.revenue, totals.revenue
from totals
cross join purchases
where totals.revenue <> purchases.revenue
