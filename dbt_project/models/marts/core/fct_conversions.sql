{{ config(materialized='view') }}

-- A view: publishing writes it once, so the warehouse need not.
select
    conversion_id, conversion_type, person_id, converted_at, order_id, is_first_purchase, revenue, gross_revenue,
    discount_amount, refunded_amount, customer_segment, value_segment
from {{ ref('int_conversions') }}
