{%- set linked = [
    ('customer', 'customer_key', 'customer_id'), ('email', 'email_key', 'email_hash'), ('order', 'order_key', 'order_id'),
    ('contact', 'contact_key', 'contact_id'), ('contact', 'merged_into_key', 'merged_into_contact_id'),
] %}

with seen as (
    select 'visitor' as identifier_type, visitor_key as identifier_key, visitor_identifier as identifier, started_at as seen_at
    from {{ ref('int_session_entries') }}
    where not is_consent_denied
    union all
    select 'visitor', visitor_key, 'visitor:' || visitor_id, seen_at
    from {{ ref('int_identity_links') }}
    where visitor_id is not null
    {% for type, key, value in linked -%}
    union all
    select '{{ type }}', {{ key }}, '{{ type }}:' || {{ value }}, seen_at
    from {{ ref('int_identity_links') }}
    where {{ key }} is not null
    {% endfor %}
)

select
    identifier_type,
    identifier_key,
    min(identifier) as identifier,
    -- Two identifiers on one key: a test looks for them.
    nullif(max(identifier), min(identifier)) as other_identifier,
    min(seen_at) as first_seen_at,
    -- The published face of the identifier, and the tie-break between identifiers first seen in one instant.
    {{ keyed_hash(['identifier_type', 'min(identifier)']) }} as identifier_hash
from seen
group by identifier_type, identifier_key
