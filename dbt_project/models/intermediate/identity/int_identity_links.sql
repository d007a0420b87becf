-- Who was seen together with whom, where and when. An order joins its customer, e-mail and visitor to each other too,
-- so that a shared identifier shows itself by its direct neighbours.
with sightings as (
    select
        clicks.visitor_key,
        cast(null as {{ dbt.type_string() }}) as visitor_id,
        clicks.customer_id,
        clicks.email_hash,
        -- What too many clicks say of an order is no sighting; the order's own row still knows its buyer.
        case when shared.order_id is null then clicks.order_id end as order_id,
        cast(null as {{ dbt.type_string() }}) as contact_id,
        cast(null as {{ dbt.type_string() }}) as merged_into_contact_id,
        clicks.seen_at
    from {{ ref('int_click_links') }} as clicks
    left join {{ ref('int_shared_orders') }} as shared on clicks.order_id = shared.order_id
    union all
    select visitor_key, visitor_id, customer_id, email_hash, order_id, null, null, ordered_at
    from {{ ref('stg_shop__orders') }}
    union all
    select visitor_key, visitor_id, customer_id, email_hash, null, contact_id, merged_into_contact_id, created_at
    from {{ ref('stg_crm__contacts') }}
)

select
    visitor_key,
    visitor_id,
    customer_id,
    email_hash,
    order_id,
    contact_id,
    merged_into_contact_id,
    case when customer_id is not null then {{ key64(["'customer'", 'customer_id']) }} end as customer_key,
    case when email_hash is not null then {{ key64(["'email'", 'email_hash']) }} end as email_key,
    case when order_id is not null then {{ key64(["'order'", 'order_id']) }} end as order_key,
    case when contact_id is not null then {{ key64(["'contact'", 'contact_id']) }} end as contact_key,
    case when merged_into_contact_id is not null then {{ key64(["'contact'", 'merged_into_contact_id']) }} end as merged_into_key,
    seen_at
from sightings
