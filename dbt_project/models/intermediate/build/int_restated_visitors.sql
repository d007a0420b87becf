-- Visitors whose sessions are written again: their events changed, or they belong to another person now. Compared with the
-- sessions that stand, so that nothing has to be remembered and a killed run leaves nothing out.
-- depends_on: {{ ref('int_linked_people') }}
{{ config(materialized='incremental', incremental_strategy='replace_all') }}

{%- set sessions = adapter.get_relation(this.database, 'intermediate', 'int_sessions') %}

select visitor_key from {{ ref('int_changed_visitors') }}
{% if partial_build() and sessions is not none -%}
union
select sessions.visitor_key
from {{ sessions }} as sessions
left join {{ ref('int_linked_people') }} as people
    on people.identifier_type = 'visitor' and sessions.visitor_key = people.identifier_key
where sessions.person_key <> coalesce(people.person_key, sessions.visitor_key)
{%- endif %}
