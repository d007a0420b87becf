{{ config(materialized='view') }}

select identifier_type, identifier_key, identifier, other_identifier, first_seen_at, identifier_hash
from {{ ref('int_linked_identifiers') }}
union all
select 'visitor', visitor_key, identifier, other_identifier, first_seen_at, identifier_hash
from {{ ref('int_visitors') }} as visitors
where
    not exists (
        select 1 from {{ ref('int_linked_identifiers') }} as linked
        where linked.identifier_type = 'visitor' and linked.identifier_key = visitors.visitor_key
    )
