with {{ newest_version('order_lines', ['order_id', 'line_id'], [
    'order_id', 'line_id', 'product_id', 'product_category', 'quantity', 'amount', 'unit_cost',
]) }}

select
    order_id,
    line_id,
    product_id,
    product_category,
    quantity,
    amount,
    unit_cost
from newest
