-- Commissions accrued from the terms, where the ledger has no commission of that influencer and campaign: never both.
-- A refund takes its part back in a row of its own: it counts on the order's day, as the revenue does, and was booked later.
with invoices as (
    select
        costs.influencer_id,
        coalesce(costs.campaign_id, partnerships.campaign_id) as campaign_id
    from {{ ref('stg_registry__costs') }} as costs
    left join {{ ref('stg_registry__deliverables') }} as deliverables on costs.deliverable_id = deliverables.deliverable_id
    left join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
    where costs.cost_type = 'commission'
),

invoiced_campaigns as (
    select distinct influencer_id, campaign_id
    from invoices
    where campaign_id is not null
),

-- An invoice without a campaign covers all of them; an order without one is covered by any invoice.
invoiced_influencers as (
    select influencer_id, max(case when campaign_id is null then 1 else 0 end) as covers_all
    from invoices
    group by influencer_id
),

accruable as (
    select claims.*
    from {{ ref('int_commission_claims') }} as claims
    left join invoiced_influencers
        on claims.influencer_id = invoiced_influencers.influencer_id
    left join invoiced_campaigns
        on claims.influencer_id = invoiced_campaigns.influencer_id and claims.campaign_id = invoiced_campaigns.campaign_id
    where
        invoiced_influencers.influencer_id is null
        or (
            invoiced_influencers.covers_all = 0
            and invoiced_campaigns.influencer_id is null
            and claims.campaign_id is not null
        )
),

refunds as (
    select
        refund_id,
        order_id,
        refunded_at,
        sum(amount) over (partition by order_id order by refunded_at, refund_id rows unbounded preceding) as refunded_to_date
    from {{ ref('stg_shop__refunds') }}
),

-- What is left of the order after each refund, in reporting currency at the order's rate.
states as (
    select
        conversion_key,
        'commission:' || conversion_id as cost_id,
        incurred_on as booked_on,
        cast(null as timestamp) as refunded_at,
        paid_amount as kept_amount
    from accruable
    union all
    select
        accruable.conversion_key,
        'clawback:' || refunds.refund_id as cost_id,
        {{ reporting_date('refunds.refunded_at') }} as booked_on,
        refunds.refunded_at,
        cast(greatest(
            accruable.paid_amount - {{ money_product('refunds.refunded_to_date', 'rates.rate_to_reporting') }}, 0
        ) as decimal(18, 2)) as kept_amount
    from accruable
    inner join refunds on accruable.order_id = refunds.order_id
    inner join {{ ref('int_purchases') }} as purchases on accruable.order_id = purchases.order_id
    inner join {{ ref('int_fx_rates') }} as rates
        on purchases.currency = rates.currency and cast(purchases.ordered_at as date) = rates.used_on
),

owed as (
    select
        accruable.*,
        states.cost_id,
        states.booked_on,
        {{ money_product('states.kept_amount', 'accruable.commission_rate') }} as owed_amount,
        lag({{ money_product('states.kept_amount', 'accruable.commission_rate') }}) over (
            partition by states.conversion_key order by states.refunded_at nulls first, states.cost_id
        ) as owed_before
    from states
    inner join accruable on states.conversion_key = accruable.conversion_key
)

select
    cost_id,
    conversion_key,
    influencer_id,
    campaign_id,
    deliverable_id,
    partnership_id,
    incurred_on,
    booked_on,
    cast(owed_amount - coalesce(owed_before, 0) as decimal(18, 2)) as amount
from owed
where owed_amount <> coalesce(owed_before, 0)
