{{ config(materialized='incremental', incremental_strategy='replace_all') }}

{%- set recorded = adapter.get_relation(this.database, 'intermediate', 'int_people_recorded') %}

-- People whose journeys may differ from the last complete build, whatever the cause: a late event, a refund, an identity
-- that joined them to somebody else. Who is no more is changed too. Empty when everything is built anyway.
select
    coalesce(now.person_key, recorded.person_key) as person_key,
    coalesce(now.person_id, recorded.person_id) as person_id
from {{ ref('int_people_fingerprints') }} as now
{% if partial_build() and recorded is not none -%}
full outer join {{ recorded }} as recorded
    on now.person_key = recorded.person_key and now.person_id = recorded.person_id
where now.person_key is null or recorded.person_key is null or now.fingerprint <> recorded.fingerprint
{%- else -%}
inner join {{ ref('int_people_fingerprints') }} as recorded on now.person_key = recorded.person_key
where false
{%- endif %}
