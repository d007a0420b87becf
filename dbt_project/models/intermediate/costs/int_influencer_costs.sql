-- One row a cost: the ledger, and what partnerships owe where the ledger has no invoice of that kind (never both).
with ledger as (
    select
        'ledger:' || costs.cost_id as cost_id,
        costs.influencer_id,
        costs.campaign_id,
        costs.deliverable_id,
        costs.cost_type,
        costs.incurred_on,
        costs.amount,
        coalesce(costs.currency, '{{ var("reporting_currency") }}') as currency
    from {{ ref('stg_registry__costs') }} as costs
),

agreed_fees as (
    select
        'partnership_fee:' || partnerships.partnership_id as cost_id,
        partnerships.influencer_id,
        partnerships.campaign_id,
        cast(null as {{ dbt.type_string() }}) as deliverable_id,
        'fee' as cost_type,
        campaigns.starts_on as incurred_on,
        partnerships.fee as amount,
        coalesce(partnerships.currency, '{{ var("reporting_currency") }}') as currency
    from {{ ref('stg_registry__partnerships') }} as partnerships
    left join {{ ref('stg_registry__campaigns') }} as campaigns on partnerships.campaign_id = campaigns.campaign_id
    where
        partnerships.fee > 0
        and not exists (
            select 1 from ledger
            where
                ledger.influencer_id = partnerships.influencer_id
                and ledger.cost_type = 'fee'
                and (ledger.campaign_id is null or ledger.campaign_id = partnerships.campaign_id)
        )
),

stated as (
    select * from ledger
    union all
    select * from agreed_fees
),

converted as (
    select
        stated.cost_id,
        stated.influencer_id,
        stated.campaign_id,
        stated.deliverable_id,
        stated.cost_type,
        stated.incurred_on,
        case
            when stated.currency = '{{ var("reporting_currency") }}' then cast(round(stated.amount, 2) as decimal(18, 2))
            when rates.rate_to_reporting is not null
                then {{ money_product('stated.amount', 'rates.rate_to_reporting') }}
            else cast({{ raise_error(
                "'Cost ' || stated.cost_id || ' is in ' || stated.currency || ' and has no date to convert it at: give it one in the registry'"
            ) }} as decimal(18, 2))
        end as amount
    from stated
    left join {{ ref('int_fx_rates') }} as rates
        on stated.incurred_on = rates.used_on and stated.currency = rates.currency
)

select cost_id, influencer_id, campaign_id, deliverable_id, cost_type, incurred_on, amount
from converted
union all
select cost_id, influencer_id, campaign_id, deliverable_id, cost_type, incurred_on, amount
from {{ ref('int_commissions') }}
