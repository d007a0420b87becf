-- Visitors whose sessions are written again: their events changed, or they belong to another person now, or the sessions say
-- of a run that was not finished. Compared with what stands, so nothing has to be remembered.
{{ config(materialized='incremental', incremental_strategy='replace_all') }}

{%- set sessions = adapter.get_relation(this.database, 'intermediate', 'int_sessions') %}

select visitor_key from {{ ref('int_changed_visitors') }}
{% if partial_build() and sessions is not none -%}
union
select sessions.visitor_key
from {{ sessions }} as sessions
inner join {{ ref('int_person_identifiers') }} as people
    on people.identifier_type = 'visitor' and sessions.visitor_key = people.identifier_key
where sessions.person_key <> people.person_key
{%- endif %}
