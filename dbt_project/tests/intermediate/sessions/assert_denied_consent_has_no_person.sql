{{ config(meta={'dagster': {'ref': {'name': 'int_sessions'}}}) }}

-- Detects a session without consent that is tied to a person, or one with consent that belongs to nobody.
-- A failure of the first kind means that somebody who refused is tracked: stop publishing. Of the second,
-- that visits are missing from journeys.
-- A visitor without consent has a key below zero, of clicks and of sessions: nothing needs to be joined.
select session_key, visitor_key, person_key
from {{ ref('int_sessions') }}
where (visitor_key < 0) <> (person_key is null) or (person_key is null) <> (person_id is null)
union all
select event_key, visitor_key, null
from {{ ref('stg_web__clicks') }}
where is_consent_denied <> (visitor_key < 0)
