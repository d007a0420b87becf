{%- set linked = [
    ('customer', 'customer_key', 'customer_id'), ('email', 'email_key', 'email_hash'), ('order', 'order_key', 'order_id'),
    ('contact', 'contact_key', 'contact_id'), ('contact', 'merged_into_key', 'merged_into_contact_id'),
] %}

with seen as (
    select 'visitor' as identifier_type, visitor_key as identifier_key, visitor_identifier as identifier, min(started_at) as seen_at
    from {{ ref('int_session_entries') }}
    where not is_consent_denied
    group by visitor_key, visitor_identifier
    union all
    select 'visitor', visitor_key, 'visitor:' || visitor_id, min(seen_at)
    from {{ ref('int_identity_links') }}
    where visitor_id is not null
    group by visitor_key, visitor_id
    {% for type, key, value in linked -%}
    union all
    select '{{ type }}', {{ key }}, '{{ type }}:' || {{ value }}, min(seen_at)
    from {{ ref('int_identity_links') }}
    where {{ key }} is not null
    group by {{ key }}, {{ value }}
    {% endfor %}
)

select
    identifier_type,
    identifier_key,
    min(identifier) as identifier,
    min(seen_at) as first_seen_at,
    -- The published face of the identifier, and the tie-break between identifiers first seen in one instant.
    {{ keyed_hash(['identifier_type', 'min(identifier)']) }} as identifier_hash
from seen
group by identifier_type, identifier_key
