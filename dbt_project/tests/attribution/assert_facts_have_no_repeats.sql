{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Detects a touch that a model credits twice for one conversion, and credit that is not above 0 and up to 1.
-- A failure means that a join within a model multiplies rows: shares are split among copies and counts of
-- touches are wrong.
-- What is stored, and the journeys that views take shares of. One conversion in sixteen is looked at (keys are
-- hashes): the cause is never a single row, and grouping all rows by touch costs more than building them.
with credits as (
    {% for attribution_model in attribution_models() -%}
    {%- set fact = ref('fct_attribution__' ~ attribution_model) -%}
    {%- if not shares_of(attribution_model) -%}
    select '{{ attribution_model }}' as attribution_model, conversion_key, touch_number, credit
    from {{ stored_credits(fact) }}
    where conversion_key % 16 = 0
    union all
    {% endif -%}
    {%- endfor -%}
    select 'journeys' as attribution_model, conversion_key, touch_number, 1 as credit
    from {{ ref('int_journeys') }}
    where conversion_key % 16 = 0
)

select attribution_model, conversion_key, touch_number, count(*) as copies, min(credit) as credit
from credits
group by attribution_model, conversion_key, touch_number
having count(*) > 1 or min(credit) <= 0 or max(credit) > 1
