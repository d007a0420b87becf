{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_shop__refunds'}}}) }}

-- Detects refunds and order lines of orders that no file brought.
-- A warning, because exports arrive in pieces.
-- A failure that stays means that an order file is missing, and that these refunds lower nobody's revenue.
select 'refund' as orphan, refunds.refund_id as orphan_id, refunds.order_id
from {{ ref('stg_shop__refunds') }} as refunds
left join {{ ref('stg_shop__orders') }} as orders on refunds.order_id = orders.order_id
where orders.order_id is null
union all
select distinct 'lines' as orphan, lines.order_id as orphan_id, lines.order_id
from {{ ref('stg_shop__order_lines') }} as lines
left join {{ ref('stg_shop__orders') }} as orders on lines.order_id = orders.order_id
where orders.order_id is null
