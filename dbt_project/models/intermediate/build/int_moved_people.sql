{{ config(materialized='incremental', incremental_strategy='replace_all') }}

-- depends_on: {{ ref('int_restated_visitors') }}
-- depends_on: {{ ref('int_linked_people') }}
{%- set sessions = adapter.get_relation(this.database, 'intermediate', 'int_sessions') %}
{%- set crm_touches = adapter.get_relation(this.database, 'intermediate', 'int_crm_touches') %}

-- Whose visits and CRM touches are about to be written again: the people who have them now and those who had them before.
-- Built before them, and what a run that was killed has found stays until a build is complete.
{% if partial_build() and sessions is not none and crm_touches is not none -%}
with people as (
    select sessions.person_key
    from {{ sessions }} as sessions
    where
        sessions.person_key is not null
        and sessions.visitor_key in (select visitor_key from {{ ref('int_restated_visitors') }})
    union
    select coalesce(people.person_key, restated.visitor_key)
    from {{ ref('int_restated_visitors') }} as restated
    left join {{ ref('int_linked_people') }} as people
        on people.identifier_type = 'visitor' and restated.visitor_key = people.identifier_key
    where restated.visitor_key >= 0
    union
    select person_key from {{ crm_touches }}
    union
    select before.person_key
    from {{ this }} as before
    inner join {{ adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') }} as recorded
        on before.built_through_file_id = recorded.built_through_file_id
)

select people.person_key, recorded.built_through_file_id
from people
cross join {{ adapter.get_relation(this.database, 'intermediate', 'int_build_recorded') }} as recorded
{%- else -%}
select person_key, cast(null as bigint) as built_through_file_id
from {{ ref('int_linked_people') }}
where false
{%- endif %}
