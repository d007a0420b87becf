{{ config(meta={'dagster': {'ref': {'name': 'int_touchpoints'}}}) }}

-- Detects touches that are lost or doubled on the way from visits: as many as there are visits of a person,
-- forged ones aside, and first touches that only the CRM knows. Their ids are those of sessions, of which a test
-- of fct_sessions finds repeats.
-- A failure means that journeys miss touches, or that terms of a partnership multiply them.
with counted as (
    select
        (select count(*) from {{ ref('int_touchpoints') }}) as touches,
        (
            select count(*) from {{ ref('int_sessions') }}
            where person_key is not null and channel <> 'referrer_spam'
        ) as visits,
        (select count(*) from {{ ref('int_crm_touches') }}) as crm_touches
)

select *
from counted
where touches <> visits + crm_touches
