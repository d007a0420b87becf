-- The complete ledger: what was entered, and what partnerships owe where nothing of that kind was entered (never both).
with campaigns_of_posts as (
    select deliverables.deliverable_id, partnerships.campaign_id
    from {{ ref('stg_registry__deliverables') }} as deliverables
    inner join {{ ref('stg_registry__partnerships') }} as partnerships
        on deliverables.partnership_id = partnerships.partnership_id
),

entered as (
    select
        'ledger:' || costs.cost_id as cost_id,
        'ledger' as origin,
        costs.influencer_id,
        coalesce(costs.campaign_id, posts.campaign_id) as campaign_id,
        costs.deliverable_id,
        coalesce(costs.cost_type, 'other') as cost_type,
        costs.incurred_on,
        costs.amount,
        coalesce(costs.currency, '{{ var("reporting_currency") }}') as currency
    from {{ ref('stg_registry__costs') }} as costs
    left join campaigns_of_posts as posts on costs.deliverable_id = posts.deliverable_id
    where costs.channel is null
),

agreed_fees as (
    select
        'agreed_fee:' || partnerships.partnership_id as cost_id,
        'agreed_fee' as origin,
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
            select 1 from entered
            where
                entered.influencer_id = partnerships.influencer_id
                and entered.cost_type = 'fee'
                and (entered.campaign_id is null or entered.campaign_id = partnerships.campaign_id)
        )
),

stated as (
    select cost_id, origin, influencer_id, campaign_id, deliverable_id, cost_type, incurred_on, amount, currency
    from entered
    union all
    select cost_id, origin, influencer_id, campaign_id, deliverable_id, cost_type, incurred_on, amount, currency
    from agreed_fees
),

converted as (
    select
        stated.*,
        case
            when stated.currency = '{{ var("reporting_currency") }}' then {{ exchange_rate('1') }}
            when rates.rate_to_reporting is not null then rates.rate_to_reporting
            else {{ exchange_rate(raise_error(
                "'Cost ' || stated.cost_id || ' is in ' || stated.currency || ' and has no date to convert it at: give it one in the registry'"
            )) }}
        end as rate_to_reporting
    from stated
    left join {{ ref('int_fx_rates') }} as rates
        on stated.incurred_on = rates.used_on and stated.currency = rates.currency
)

select
    cost_id,
    origin,
    cast(null as bigint) as conversion_key,
    influencer_id,
    campaign_id,
    deliverable_id,
    cost_type,
    incurred_on,
    incurred_on as booked_on,
    amount as stated_amount,
    currency as stated_currency,
    rate_to_reporting,
    {{ money_product('amount', 'rate_to_reporting') }} as amount
from converted
union all
select
    cost_id,
    'commission_terms' as origin,
    conversion_key,
    influencer_id,
    campaign_id,
    deliverable_id,
    'commission' as cost_type,
    incurred_on,
    booked_on,
    cast(amount as decimal(18, 4)) as stated_amount,
    '{{ var("reporting_currency") }}' as stated_currency,
    {{ exchange_rate('1') }} as rate_to_reporting,
    amount
from {{ ref('int_commissions') }}
