{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns',
    post_hook='{{ remember_order_credits() }}',
) }}

{%- set remembered = last_remembered('order_credits') if execute %}

with credits_now as (
    select * from {{ ref('int_order_credits') }}
),

-- Before the first run nothing is known, so nothing has changed.
credits_before as (
    select * from {{ remembered or ref('int_order_credits') }}
),

orders_now as (
    select conversion_id, max(revenue) as revenue, max(refunded_amount) as refunded, max(identifiers_hash) as people
    from credits_now
    group by conversion_id
),

orders_before as (
    select conversion_id, max(revenue) as revenue, max(refunded_amount) as refunded, max(identifiers_hash) as people
    from credits_before
    group by conversion_id
),

pairs as (
    select
        coalesce(now.conversion_id, before.conversion_id) as conversion_id,
        coalesce(now.influencer_id, before.influencer_id) as influencer_id,
        coalesce(now.attributed_revenue, 0) - coalesce(before.attributed_revenue, 0) as change,
        coalesce(now.credit, 0) as credit,
        coalesce(before.credit, 0) as credit_before
    from (select * from credits_now where influencer_id is not null) as now
    full outer join (select * from credits_before where influencer_id is not null) as before
        on now.conversion_id = before.conversion_id and now.influencer_id = before.influencer_id
),

compared as (
    select
        pairs.*,
        case
            when orders_before.conversion_id is null then 'new_order'
            when orders_now.conversion_id is null then 'order_gone'
            when orders_now.people <> orders_before.people then 'identity'
            else 'credit'
        end as cause,
        -- Of orders that stayed: by how much their money changed, at the credit that the influencer had before.
        coalesce(cast((orders_before.refunded - orders_now.refunded) * pairs.credit_before as decimal(18, 2)), 0) as refund_change,
        coalesce(cast((
            (orders_now.revenue + orders_now.refunded) - (orders_before.revenue + orders_before.refunded)
        ) * pairs.credit_before as decimal(18, 2)), 0) as amount_change
    from pairs
    left join orders_now on pairs.conversion_id = orders_now.conversion_id
    left join orders_before on pairs.conversion_id = orders_before.conversion_id
),

-- Where the credit is what it was, cents that rounding left belong to the money that changed.
parts as (
    select
        compared.*,
        case
            when cause not in ('identity', 'credit') or credit <> credit_before then refund_change
            when refund_change <> 0 then change - amount_change
            else 0
        end as refund_part,
        case
            when cause not in ('identity', 'credit') or credit <> credit_before then amount_change
            when refund_change <> 0 then amount_change
            else change
        end as amount_part
    from compared
),

caused as (
    select conversion_id, influencer_id, 'refund' as cause, refund_part as revenue_change, 0 as credit_change
    from parts
    where refund_part <> 0
    union all
    select conversion_id, influencer_id, 'order_corrected' as cause, amount_part as revenue_change, 0 as credit_change
    from parts
    where amount_part <> 0
    union all
    select conversion_id, influencer_id, cause, change - refund_part - amount_part, credit - credit_before
    from parts
    where change - refund_part - amount_part <> 0 or credit <> credit_before
)

select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as built_at,
    influencer_id,
    cause,
    count(*) as orders,
    cast(sum(revenue_change) as decimal(18, 2)) as revenue_change,
    cast(sum(credit_change) as double) as credit_change
from caused
group by influencer_id, cause
