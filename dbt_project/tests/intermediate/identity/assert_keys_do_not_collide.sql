{{ config(meta={'dagster': {'ref': {'name': 'int_identifiers'}}}) }}

-- Detects a 63-bit key that stands for two identifiers: two visitors, customers, e-mails, orders or contacts.
-- A failure means that two strangers are one person, or one stream of clicks. The chance is one in thousands
-- at a hundred million visitors; if it happens, remove the one that the row names from the landing files.
select identifier_type, identifier_key, identifier
from {{ ref('int_identifiers') }}
where other_identifier is not null
