with identifiers as (
    select
        identifiers.identifier_type,
        identifiers.identifier_key,
        identifiers.identifier_hash,
        identifiers.first_seen_at,
        coalesce(components.component_key, identifiers.identifier_key) as component_key,
        components.component_key is null as is_alone
    from {{ ref('int_identifiers') }} as identifiers
    left join {{ ref('int_identity_components') }} as components
        on identifiers.identifier_key = components.node_key
),

-- The person is named after the identifier first seen, so younger identifiers that join never rename it.
ranked as (
    select
        component_key,
        identifier_key,
        identifier_hash,
        row_number() over (partition by component_key order by first_seen_at, identifier_hash) as seniority
    from identifiers
    where not is_alone
),

named as (
    select
        component_key,
        identifier_key as person_key,
        identifier_hash as person_id
    from ranked
    where seniority = 1
)

select
    identifiers.identifier_type,
    identifiers.identifier_key,
    coalesce(named.person_key, identifiers.identifier_key) as person_key,
    coalesce(named.person_id, identifiers.identifier_hash) as person_id,
    identifiers.first_seen_at
from identifiers
left join named on not identifiers.is_alone and identifiers.component_key = named.component_key
