{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}

-- Detects a ROI mart whose costs are not those of the ledger.
-- A failure means that a cost is lost, counted twice, or spread without its cents adding up.
with ledger as (
    select influencer_id, campaign_id, sum(amount) as amount
    from {{ ref('int_influencer_costs') }}
    group by influencer_id, campaign_id
),

expected as (
    select 'influencer' as grain, influencer_id as owner_id, sum(amount) as cost from ledger group by influencer_id
    union all
    select 'campaign' as grain, campaign_id as owner_id, sum(amount) as cost from ledger group by campaign_id
    union all
    select 'all' as grain, null as owner_id, sum(amount) as cost from ledger
    union all
    select 'channel' as grain, costs.channel as owner_id, sum({{ money_product('costs.amount', 'rates.rate_to_reporting') }}) as cost
    from {{ ref('stg_registry__costs') }} as costs
    left join {{ ref('int_fx_rates') }} as rates
        on
            costs.incurred_on = rates.used_on
            and coalesce(costs.currency, '{{ var("reporting_currency") }}') = rates.currency
    where costs.channel is not null
    group by costs.channel
),

found as (
    {% for mart in ['mart_influencer_roi', 'mart_influencer_roi_daily', 'mart_deliverable_roi', 'mart_category_roi'] -%}
    select 'influencer' as grain, '{{ mart }}' as mart, attribution_model, influencer_id as owner_id, sum(total_cost) as cost
    from {{ ref(mart) }}
    where influencer_id is not null
    group by attribution_model, influencer_id
    union all
    {% endfor -%}
    select 'campaign' as grain, 'mart_campaign_roi' as mart, attribution_model, campaign_id as owner_id, sum(total_cost) as cost
    from {{ ref('mart_campaign_roi') }}
    group by attribution_model, campaign_id
    union all
    select 'all' as grain, 'mart_channel_performance' as mart, attribution_model, null as owner_id, sum(total_cost) as cost
    from {{ ref('mart_channel_performance') }}
    where channel = 'influencer'
    group by attribution_model
    union all
    select 'channel' as grain, 'mart_channel_performance' as mart, attribution_model, channel as owner_id, total_cost as cost
    from {{ ref('mart_channel_performance') }}
    where channel <> 'influencer' and total_cost is not null
),

marts as (
    select grain, mart, attribution_model from found group by grain, mart, attribution_model
),

wanted as (
    select marts.grain, marts.mart, marts.attribution_model, expected.owner_id, expected.cost
    from marts
    inner join expected on marts.grain = expected.grain
)

select
    coalesce(found.mart, wanted.mart) as mart,
    coalesce(found.attribution_model, wanted.attribution_model) as attribution_model,
    coalesce(found.owner_id, wanted.owner_id) as owner_id,
    wanted.cost as ledger_cost,
    found.cost as mart_cost
from found
full outer join wanted
    on
        found.mart = wanted.mart
        and found.attribution_model = wanted.attribution_model
        and {{ null_safe_equal('found.owner_id', 'wanted.owner_id') }}
where coalesce(found.cost, 0) <> coalesce(wanted.cost, 0)
