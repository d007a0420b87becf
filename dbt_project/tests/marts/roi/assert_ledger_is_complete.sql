{{ config(meta={'dagster': {'ref': {'name': 'int_influencer_costs'}}}) }}

-- Detects a cost of the registry that the ledger lacks, has twice, or has with another amount; and what was entered and
-- accrued as well.
-- A failure means that ROI is computed from other costs than those that were entered.
with entered as (
    select
        costs.cost_id,
        costs.amount as entered_amount,
        costs.currency as entered_currency,
        count(ledger.cost_id) as ledger_rows,
        min(ledger.stated_amount) as stated_amount,
        min(ledger.stated_currency) as stated_currency
    from {{ ref('stg_registry__costs') }} as costs
    left join {{ ref('int_influencer_costs') }} as ledger on 'ledger:' || costs.cost_id = ledger.cost_id
    where costs.channel is null
    group by costs.cost_id, costs.amount, costs.currency
),

twice as (
    select accrued.cost_id
    from {{ ref('int_influencer_costs') }} as accrued
    inner join {{ ref('int_influencer_costs') }} as invoices
        on
            accrued.influencer_id = invoices.influencer_id
            and accrued.cost_type = invoices.cost_type
            and (
                accrued.campaign_id = invoices.campaign_id
                or accrued.campaign_id is null
                or invoices.campaign_id is null
            )
    where
        accrued.origin in ('agreed_fee', 'commission_terms')
        and invoices.origin = 'ledger'
),

-- Refunds take back at most what was accrued.
overdrawn as (
    select min(cost_id) as cost_id
    from {{ ref('int_influencer_costs') }}
    where origin = 'commission_terms'
    group by conversion_key
    having sum(amount) < 0
)

select cost_id, 'entered but not in the ledger as it is' as problem
from entered
where ledger_rows <> 1 or stated_amount <> entered_amount or stated_currency <> entered_currency
union all
select cost_id, 'accrued although it was entered' as problem
from twice
union all
select cost_id, 'clawed back more than was accrued' as problem
from overdrawn
