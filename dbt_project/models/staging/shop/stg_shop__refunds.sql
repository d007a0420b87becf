with {{ newest_version('refunds', ['refund_id'], ['refund_id', 'order_id', 'refunded_at', 'amount']) }}

select
    refund_id,
    order_id,
    refunded_at,
    amount
from newest
