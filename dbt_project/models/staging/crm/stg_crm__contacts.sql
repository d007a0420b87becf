with {{ newest_version('contacts', ['contact_id'], [
    'contact_id', 'email_hash', 'customer_id', 'visitor_id', 'merged_into_contact_id', 'created_at', 'updated_at',
    'became_lead_at', 'became_customer_at', 'first_touch_at', 'first_touch_url', 'lifecycle_stage', 'lead_source',
    'marketing_consent', 'country',
]) }}

select
    contact_id,
    email_hash,
    customer_id,
    visitor_id,
    case when visitor_id is not null then {{ raw_visitor_key('visitor_id') }} end as visitor_key,
    merged_into_contact_id,
    created_at,
    updated_at,
    became_lead_at,
    became_customer_at,
    first_touch_at,
    first_touch_url,
    lifecycle_stage,
    lead_source,
    marketing_consent,
    country
from newest
