-- Visitors are left out: nobody looks for a cookie, and there are many.
select
    identifiers.identifier_hash,
    identifiers.identifier_type,
    people.person_id
from {{ ref('int_identifiers') }} as identifiers
inner join {{ ref('int_person_identifiers') }} as people
    on identifiers.identifier_type = people.identifier_type and identifiers.identifier_key = people.identifier_key
where identifiers.identifier_type in ('customer', 'email')
