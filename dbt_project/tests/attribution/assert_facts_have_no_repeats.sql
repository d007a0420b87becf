{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Detects a touch that a model credits twice for one conversion, and credit that is not above 0 and up to 1.
-- A failure means that a join within a model multiplies rows: shares are split among copies and counts of
-- touches are wrong.
-- One person in sixteen is looked at (their ids are hashes): the cause is never a single row, and grouping
-- the rows of all models by touch costs more than building them.
select attribution_model, conversion_id, touchpoint_id, count(*) as copies, min(credit) as credit
from {{ ref('fct_attribution') }}
where person_id like '0%'
group by attribution_model, conversion_id, touchpoint_id
having count(*) > 1 or min(credit) <= 0 or max(credit) > 1
