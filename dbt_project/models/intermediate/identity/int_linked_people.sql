with ranked as (
    select
        components.component_key,
        identifiers.identifier_key,
        identifiers.identifier_hash,
        -- The person is named after the identifier first seen, so younger identifiers that join never rename it.
        row_number() over (
            partition by components.component_key order by identifiers.first_seen_at, identifiers.identifier_hash
        ) as seniority
    from {{ ref('int_identity_components') }} as components
    inner join {{ ref('int_linked_identifiers') }} as identifiers on components.node_key = identifiers.identifier_key
),

members as (
    select
        components.node_key,
        ranked.identifier_key as person_key,
        ranked.identifier_hash as person_id
    from {{ ref('int_identity_components') }} as components
    inner join ranked on components.component_key = ranked.component_key
    where ranked.seniority = 1
)

select
    identifiers.identifier_type,
    identifiers.identifier_key,
    identifiers.identifier_hash,
    coalesce(members.person_key, identifiers.identifier_key) as person_key,
    coalesce(members.person_id, identifiers.identifier_hash) as person_id,
    identifiers.first_seen_at
from {{ ref('int_linked_identifiers') }} as identifiers
left join members on identifiers.identifier_key = members.node_key
