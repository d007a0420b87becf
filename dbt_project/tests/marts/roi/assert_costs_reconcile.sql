{{ config(meta={'dagster': {'ref': {'name': 'mart_influencer_roi'}}}) }}
{%- set kinds = ['fixed_fee', 'commission', 'product_cost', 'other_cost', 'total_cost'] %}

-- Detects a ROI mart whose costs, or one kind of them, are not those of the ledger.
-- A failure means that a cost is lost, counted twice, of another kind, or spread without its cents adding up.
with ledger as (
    select
        influencer_id,
        campaign_id,
        case cost_type
            when 'fee' then 'fixed_fee'
            when 'commission' then 'commission'
            when 'product' then 'product_cost'
            else 'other_cost'
        end as kind,
        sum(amount) as amount
    from {{ ref('int_influencer_costs') }}
    group by influencer_id, campaign_id, cost_type
),

entered as (
    select influencer_id, campaign_id, kind, amount from ledger
    union all
    select influencer_id, campaign_id, 'total_cost', amount from ledger
),

expected as (
    select 'influencer' as grain, influencer_id as owner_id, kind, sum(amount) as cost
    from entered
    group by influencer_id, kind
    union all
    select 'campaign' as grain, campaign_id as owner_id, kind, sum(amount) as cost
    from entered
    group by campaign_id, kind
    union all
    select 'all' as grain, null as owner_id, kind, sum(amount) as cost
    from entered
    group by kind
    union all
    select
        'channel' as grain,
        costs.channel as owner_id,
        'total_cost' as kind,
        sum({{ money_product('costs.amount', 'rates.rate_to_reporting') }}) as cost
    from {{ ref('stg_registry__costs') }} as costs
    left join {{ ref('int_fx_rates') }} as rates
        on
            costs.incurred_on = rates.used_on
            and coalesce(costs.currency, '{{ var("reporting_currency") }}') = rates.currency
    where costs.channel is not null
    group by costs.channel
),

-- One row a mart, model and owner, each kind a column.
by_owner as (
    {% for mart in ['mart_influencer_roi', 'mart_influencer_roi_daily', 'mart_deliverable_roi'] -%}
    select
        'influencer' as grain, '{{ mart }}' as mart, attribution_model, influencer_id as owner_id
        {%- for kind in kinds %}, sum({{ kind }}) as {{ kind }}{% endfor %}
    from {{ ref(mart) }}
    group by attribution_model, influencer_id
    union all
    {% endfor -%}
    select
        'campaign' as grain, 'mart_campaign_roi' as mart, attribution_model, campaign_id as owner_id
        {%- for kind in kinds %}, {{ kind }}{% endfor %}
    from {{ ref('mart_campaign_roi') }}
),

found as (
    select by_owner.grain, by_owner.mart, by_owner.attribution_model, by_owner.owner_id, kinds.kind,
        case kinds.kind {% for kind in kinds %}when '{{ kind }}' then by_owner.{{ kind }} {% endfor %}end as cost
    from by_owner
    cross join (
        {% for kind in kinds -%}
        select '{{ kind }}' as kind{{ ' union all' if not loop.last }}
        {% endfor -%}
    ) as kinds
    union all
    {% for mart in ['mart_category_roi', 'mart_model_comparison'] -%}
    select 'influencer', '{{ mart }}', attribution_model, influencer_id, 'total_cost', sum(total_cost)
    from {{ ref(mart) }}
    where influencer_id is not null
    group by attribution_model, influencer_id
    union all
    {% endfor -%}
    select 'all', 'mart_program_roi', attribution_model, null, 'total_cost', total_cost
    from {{ ref('mart_program_roi') }}
    union all
    select 'all', 'mart_channel_performance', attribution_model, null, 'total_cost', total_cost
    from {{ ref('mart_channel_performance') }}
    where channel = 'influencer'
    union all
    select 'channel', 'mart_channel_performance', attribution_model, channel, 'total_cost', total_cost
    from {{ ref('mart_channel_performance') }}
    where channel <> 'influencer' and total_cost is not null
),

-- What a mart must have: all owners of its grain, in the kinds that it tells apart.
wanted as (
    select marts.mart, marts.attribution_model, marts.kind, expected.owner_id, expected.cost
    from (select distinct grain, mart, attribution_model, kind from found) as marts
    inner join expected on marts.grain = expected.grain and marts.kind = expected.kind
)

select
    coalesce(found.mart, wanted.mart) as mart,
    coalesce(found.attribution_model, wanted.attribution_model) as attribution_model,
    coalesce(found.owner_id, wanted.owner_id) as owner_id,
    coalesce(found.kind, wanted.kind) as kind,
    wanted.cost as ledger_cost,
    found.cost as mart_cost
from found
full outer join wanted
    on
        found.mart = wanted.mart
        and found.attribution_model = wanted.attribution_model
        and found.kind = wanted.kind
        and {{ null_safe_equal('found.owner_id', 'wanted.owner_id') }}
where coalesce(found.cost, 0) <> coalesce(wanted.cost, 0)
