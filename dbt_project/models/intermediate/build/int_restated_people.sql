{{ config(materialized='view') }}

-- People whose touches or purchases may differ from the last complete build, buyers or not. Touches of the CRM are few, so
-- whoever has one is among them.
select person_key from {{ ref('int_moved_people') }}
union
select person_key from {{ ref('int_changed_people') }}
union
select person_key from {{ ref('int_crm_touches') }}
