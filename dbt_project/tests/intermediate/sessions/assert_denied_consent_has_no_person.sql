{{ config(meta={'dagster': {'ref': {'name': 'int_sessions'}}}) }}

-- Detects a session without consent that is tied to a person, or one with consent that belongs to nobody.
-- A failure of the first kind means that somebody who refused is tracked: stop publishing. Of the second,
-- that visits are missing from journeys.
select sessions.session_key, entries.is_consent_denied, sessions.visitor_key, sessions.person_key
from {{ ref('int_session_entries') }} as entries
inner join {{ ref('int_sessions') }} as sessions on entries.session_key = sessions.session_key
where
    entries.is_consent_denied <> (sessions.person_key is null)
    or entries.is_consent_denied <> (sessions.visitor_key < 0)
    or (sessions.person_key is null) <> (sessions.person_id is null)
