{{ config(materialized='view') }}

-- Most visitors are never linked to anything and are their own person, which needs no table.
select identifier_type, identifier_key, person_key, person_id, first_seen_at
from {{ ref('int_linked_people') }}
union all
select 'visitor', visitor_key, visitor_key, identifier_hash, first_seen_at
from {{ ref('int_visitors') }} as visitors
where
    not exists (
        select 1 from {{ ref('int_linked_people') }} as linked
        where linked.identifier_type = 'visitor' and linked.identifier_key = visitors.visitor_key
    )
