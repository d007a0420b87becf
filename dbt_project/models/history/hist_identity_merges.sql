{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns',
    post_hook='{{ remember_people() }}',
) }}

-- depends_on: {{ ref('int_person_identifiers') }}
{%- set remembered = last_remembered('people') if execute %}

-- Only who is linked to others may have merged with them.
with now as (
    select identifier_type, identifier_key, identifier_hash, person_id from {{ ref('int_linked_people') }}
),

before as (
    {% if remembered -%}
    select
        now.identifier_type,
        now.identifier_key,
        coalesce(remembered.person_id, now.identifier_hash) as person_id
    from {{ remembered }} as remembered
    inner join now
        on remembered.identifier_type = now.identifier_type and remembered.identifier_key = now.identifier_key
    {%- else -%}
    -- Before the first run nobody is known, so nobody has merged.
    select identifier_type, identifier_key, person_id from now where false
    {%- endif %}
),

-- Whom a person of now consists of.
parts as (
    select distinct now.person_id, before.person_id as merged_person_id
    from now
    inner join before on now.identifier_type = before.identifier_type and now.identifier_key = before.identifier_key
),

merged as (
    select person_id, merged_person_id
    from parts
    where
        person_id <> merged_person_id
        and person_id in (select person_id from parts group by person_id having count(*) > 1)
),

both_ways as (
    select left_type, left_key, right_type, right_key from {{ ref('int_identity_edges') }}
    union
    select right_type, right_key, left_type, left_key from {{ ref('int_identity_edges') }}
),

-- What led from the merged person's identifiers to others, the first by type and hash.
ways as (
    select
        merged.person_id,
        merged.merged_person_id,
        edges.left_type as identifier_type,
        own.identifier_hash,
        edges.right_type as joined_identifier_type,
        right_now.identifier_hash as joined_identifier_hash,
        row_number() over (
            partition by merged.person_id, merged.merged_person_id
            order by edges.left_type, edges.right_type, own.identifier_hash, right_now.identifier_hash
        ) as way_number
    from merged
    inner join before on merged.merged_person_id = before.person_id
    inner join both_ways as edges on before.identifier_type = edges.left_type and before.identifier_key = edges.left_key
    inner join now as right_now
        on
            edges.right_type = right_now.identifier_type
            and edges.right_key = right_now.identifier_key
            and merged.person_id = right_now.person_id
    inner join now as own
        on edges.left_type = own.identifier_type and edges.left_key = own.identifier_key
    left join before as right_before
        on edges.right_type = right_before.identifier_type and edges.right_key = right_before.identifier_key
    where right_before.person_id is null or right_before.person_id <> merged.merged_person_id
)

select
    '{{ invocation_id }}' as run_id,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp) as merged_at,
    person_id,
    merged_person_id,
    identifier_type,
    identifier_hash,
    joined_identifier_type,
    joined_identifier_hash
from ways
where way_number = 1
