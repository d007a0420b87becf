{{ config(meta={'dagster': {'ref': {'name': 'int_linked_people'}}}) }}

-- Detects two identifiers that were seen together, neither of them shared by too many, and that are not one
-- person; and a person with two names.
-- A failure means that the rounds of identity stopped early, or that a partial build left old names behind:
-- journeys break in two, and a person's purchases find no touches.
select
    edges.left_key as identifier_key,
    edges.right_key as other_key,
    lefts.person_id,
    rights.person_id as other_person_id
from {{ ref('int_identity_edges') }} as edges
inner join {{ ref('int_linked_people') }} as lefts
    on edges.left_type = lefts.identifier_type and edges.left_key = lefts.identifier_key
inner join {{ ref('int_linked_people') }} as rights
    on edges.right_type = rights.identifier_type and edges.right_key = rights.identifier_key
where
    lefts.person_id <> rights.person_id
    and not exists (
        select 1 from {{ ref('int_identity_exclusions') }} as excluded
        where
            excluded.identifier_type <> 'order'
            and (excluded.identifier_key = edges.left_key or excluded.identifier_key = edges.right_key)
    )
union all
select min(identifier_key), max(identifier_key), min(person_id), max(person_id)
from {{ ref('int_linked_people') }}
group by person_key
having min(person_id) <> max(person_id)
