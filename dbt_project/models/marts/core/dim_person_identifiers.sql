-- Visitors are left out: nobody looks for a cookie, and there are many. Whoever is no visitor is linked.
select identifier_hash, identifier_type, person_id
from {{ ref('int_linked_people') }}
where identifier_type in ('customer', 'email')
