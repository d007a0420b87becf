{%- set linked = [
    ('customer', 'customer_key', 'customer_id'), ('email', 'email_key', 'email_hash'), ('order', 'order_key', 'order_id'),
    ('contact', 'contact_key', 'contact_id'), ('contact', 'merged_into_key', 'merged_into_contact_id'),
] %}

with seen as (
    select 'visitor' as identifier_type, visitor_key as identifier_key, identifier, other_identifier, first_seen_at as seen_at
    from {{ ref('int_visitors') }}
    where visitor_key in (select visitor_key from {{ ref('int_identity_links') }} where visitor_key is not null)
    union all
    select 'visitor', visitor_key, 'visitor:' || visitor_id, cast(null as {{ dbt.type_string() }}), seen_at
    from {{ ref('int_identity_links') }}
    where visitor_id is not null
    {% for type, key, value in linked -%}
    union all
    select '{{ type }}', {{ key }}, '{{ type }}:' || {{ value }}, null, seen_at
    from {{ ref('int_identity_links') }}
    where {{ key }} is not null
    {% endfor %}
)

select
    identifier_type,
    identifier_key,
    any_value(identifier) as identifier,
    coalesce(
        max(other_identifier),
        case when min({{ raw_visitor_key('identifier') }}) <> max({{ raw_visitor_key('identifier') }}) then 'another one' end
    ) as other_identifier,
    min(seen_at) as first_seen_at,
    -- The published face of the identifier, and the tie-break between identifiers first seen in one instant.
    {{ keyed_hash(['identifier_type', 'any_value(identifier)']) }} as identifier_hash
from seen
group by identifier_type, identifier_key
