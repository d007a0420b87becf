-- Most identifiers are alone and are their own person; only those that are joined to others are ranked.
with linked as (
    select
        components.component_key,
        identifiers.identifier_key,
        identifiers.identifier_hash,
        -- The person is named after the identifier first seen, so younger identifiers that join never rename it.
        row_number() over (
            partition by components.component_key order by identifiers.first_seen_at, identifiers.identifier_hash
        ) as seniority
    from {{ ref('int_identity_components') }} as components
    inner join {{ ref('int_identifiers') }} as identifiers on components.node_key = identifiers.identifier_key
),

members as (
    select
        components.node_key,
        linked.identifier_key as person_key,
        linked.identifier_hash as person_id
    from {{ ref('int_identity_components') }} as components
    inner join linked on components.component_key = linked.component_key
    where linked.seniority = 1
)

select
    identifiers.identifier_type,
    identifiers.identifier_key,
    coalesce(members.person_key, identifiers.identifier_key) as person_key,
    coalesce(members.person_id, identifiers.identifier_hash) as person_id,
    identifiers.first_seen_at
from {{ ref('int_identifiers') }} as identifiers
left join members on identifiers.identifier_key = members.node_key
