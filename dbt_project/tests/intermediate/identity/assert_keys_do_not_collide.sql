{{ config(meta={'dagster': {'ref': {'name': 'int_identity_links'}}}) }}

-- Detects a 63-bit key that stands for two identifiers: two visitors, customers, e-mails, orders or contacts.
-- A failure means that two strangers are one person, or one stream of clicks. The chance is one in thousands
-- at a hundred million visitors; if it happens, remove one of the two from the landing files by its id, which
-- the rows name.
{%- set links = [
    ('customer_key', 'customer_id'), ('email_key', 'email_hash'), ('order_key', 'order_id'),
    ('contact_key', 'contact_id'),
] %}
with identified as (
    -- Sessions without consent keep no fallback identifier that holds for all of a visitor's sessions.
    select 'visitor' as identifier_type, visitor_key as identifier_key, visitor_identifier as identifier
    from {{ ref('int_session_entries') }}
    where not is_consent_denied
    {% for key, value in links -%}
    union all
    select '{{ value }}' as identifier_type, {{ key }} as identifier_key, {{ value }} as identifier
    from {{ ref('int_identity_links') }}
    where {{ key }} is not null
    {% endfor %}
)

select identifier_type, identifier_key, min(identifier) as one, max(identifier) as other
from identified
group by identifier_type, identifier_key
having min(identifier) <> max(identifier)
