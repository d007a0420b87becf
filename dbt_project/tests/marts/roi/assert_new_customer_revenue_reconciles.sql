{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}

-- Detects ROI marts that do not have the same revenue of first purchases, or together another one than fct_conversions.
-- A failure means that a first purchase is counted twice, lost, or taken for a repeated one in a mart.
with expected as (
    select coalesce(sum(revenue), 0) as revenue
    from {{ ref('fct_conversions') }}
    where conversion_type = 'purchase' and is_first_purchase
),

all_channels as (
    select
        attribution_model,
        sum(new_customer_revenue) as revenue,
        sum(case when channel = 'influencer' then new_customer_revenue else 0 end) as influencer_revenue
    from {{ ref('mart_channel_performance') }}
    group by attribution_model
),

influencers as (
    select attribution_model, influencer_id, new_customer_revenue as revenue
    from {{ ref('mart_influencer_roi') }}
),

by_influencer as (
    {% for mart in ['mart_influencer_roi_daily', 'mart_deliverable_roi'] -%}
    select '{{ mart }}' as mart, attribution_model, influencer_id, sum(new_customer_revenue) as revenue
    from {{ ref(mart) }}
    group by attribution_model, influencer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

totals as (
    {% for mart in ['mart_influencer_roi', 'mart_campaign_roi', 'mart_program_roi'] -%}
    select '{{ mart }}' as mart, attribution_model, sum(new_customer_revenue) as revenue
    from {{ ref(mart) }}
    group by attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    'mart_channel_performance' as mart,
    all_channels.attribution_model,
    null as influencer_id,
    expected.revenue as expected_revenue,
    all_channels.revenue as found_revenue
from all_channels
cross join expected
where all_channels.revenue <> expected.revenue
union all
select totals.mart, totals.attribution_model, null, coalesce(all_channels.influencer_revenue, 0), totals.revenue
from totals
left join all_channels on totals.attribution_model = all_channels.attribution_model
where totals.revenue <> coalesce(all_channels.influencer_revenue, 0)
union all
select
    by_influencer.mart,
    by_influencer.attribution_model,
    by_influencer.influencer_id,
    influencers.revenue,
    by_influencer.revenue
from by_influencer
left join influencers
    on
        by_influencer.attribution_model = influencers.attribution_model
        and by_influencer.influencer_id = influencers.influencer_id
where by_influencer.revenue <> coalesce(influencers.revenue, 0)
