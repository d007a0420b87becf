{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Detects a model that does not give each conversion away exactly once: credit sums to 1 (within 1e-9) and
-- money to the conversion's revenue to the cent, for every model of attribution_models() and every
-- conversion; and touches credited after their conversion, or rows that are both unattributed and a touch.
-- A failure means that totals differ from model to model, and that no figure built on that model can be
-- trusted.
with credited as (
    select
        attribution_model,
        conversion_id,
        sum(credit) as credit,
        sum(attributed_revenue) as revenue,
        count(*) as credited_rows,
        count(case when touched_at > converted_at then 1 end) as late_touches,
        count(case when (touchpoint_id is null) <> (channel = '(unattributed)') then 1 end) as half_touches,
        count(touchpoint_id) as touches
    from {{ ref('fct_attribution') }}
    group by attribution_model, conversion_id
),

models as (
    {% for attribution_model in attribution_models() -%}
    select '{{ attribution_model }}' as attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

covered as (
    select attribution_model, count(*) as conversions
    from credited
    group by attribution_model
),

expected as (
    select count(*) as conversions from {{ ref('fct_conversions') }}
)

select
    credited.attribution_model,
    credited.conversion_id,
    credited.credit,
    credited.revenue,
    conversions.revenue as expected_revenue
from credited
left join {{ ref('fct_conversions') }} as conversions on credited.conversion_id = conversions.conversion_id
where
    conversions.conversion_id is null
    or abs(credited.credit - 1) > 0.000000001
    or credited.revenue <> conversions.revenue
    or credited.late_touches > 0
    or credited.half_touches > 0
    -- An unattributed row stands alone.
    or (credited.touches < credited.credited_rows and credited.credited_rows > 1)
union all
select models.attribution_model, null, coalesce(covered.conversions, 0), null, expected.conversions
from models
cross join expected
left join covered on models.attribution_model = covered.attribution_model
where coalesce(covered.conversions, 0) <> expected.conversions
union all
select covered.attribution_model, null, covered.conversions, null, 0
from covered
left join models on covered.attribution_model = models.attribution_model
where models.attribution_model is null
