with {{ newest_version('orders', ['order_id'], [
    'order_id', 'customer_id', 'email_hash', 'visitor_id', 'ordered_at', 'updated_at', 'status', 'currency', 'discount_codes',
    'survey_answer', 'landing_url', 'referrer_url', 'subtotal', 'discount_amount', 'shipping_amount', 'tax_amount', 'total_amount',
]) }}

select
    order_id,
    customer_id,
    email_hash,
    visitor_id,
    case when visitor_id is not null then {{ raw_visitor_key('visitor_id') }} end as visitor_key,
    ordered_at,
    updated_at,
    coalesce(status, 'paid') as status,
    coalesce(status, 'paid') in ('paid', 'refunded') as is_purchase,
    currency,
    discount_codes,
    survey_answer,
    landing_url,
    referrer_url,
    subtotal,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(shipping_amount, 0) as shipping_amount,
    coalesce(tax_amount, 0) as tax_amount,
    total_amount
from newest
