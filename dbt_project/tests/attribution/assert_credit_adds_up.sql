{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Detects a model that does not give each conversion away exactly once: credit sums to 1 (within 1e-9) and
-- money to the conversion's revenue to the cent, for every model of attribution_models() and every
-- conversion; and credit for touches after their conversion, for touches that the journey does not have, and
-- for none beside some.
-- A failure means that totals differ from model to model, and that no figure built on that model can be
-- trusted.
-- Each model is grouped for itself, by a number, and a journey's touches are numbered without a gap (a test of
-- `int_journeys`), so that no row of any model has to be looked up.
with credited as (
    {% for attribution_model in attribution_models() -%}
    select
        '{{ attribution_model }}' as attribution_model,
        conversion_key,
        sum(credit) as credit,
        sum(attributed_revenue) as revenue,
        count(*) as credited_rows,
        count(touch_number) as touches,
        min(touch_number) as first_touch,
        max(touch_number) as last_touch
    -- What is stored is read as it is: a join would hide touches that the journey does not have.
    {% if shares_of(attribution_model) -%}
    from (
        {{ credits_by_share(shares_of(attribution_model)) }}
    ) as credits
    {%- else -%}
    from {{ stored_credits(ref('fct_attribution__' ~ attribution_model)) }}
    {%- endif %}
    group by conversion_key
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

journeys as (
    select
        journeys.conversion_key,
        min(journeys.touch_number) as first_touch,
        max(journeys.touch_number) as last_touch,
        max(journeys.touched_at) as last_touched_at
    from {{ ref('int_journeys') }} as journeys
    group by journeys.conversion_key
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
),

purchases as (
    select sum(revenue) as revenue from {{ ref('int_conversions') }} where conversion_type = 'purchase'
),

purchase_credits as (
    select attribution_model, sum(attributed_revenue) as revenue
    from {{ ref('int_purchase_credits') }}
    group by attribution_model
)

select
    credited.attribution_model,
    credited.conversion_key,
    credited.credit,
    credited.revenue,
    conversions.revenue as expected_revenue
from credited
left join {{ ref('int_conversions') }} as conversions on credited.conversion_key = conversions.conversion_key
left join journeys on credited.conversion_key = journeys.conversion_key
where
    conversions.conversion_key is null
    or abs(credited.credit - 1) > 0.000000001
    or credited.revenue <> conversions.revenue
    -- An unattributed row stands alone.
    or (credited.touches < credited.credited_rows and credited.credited_rows > 1)
    or credited.first_touch < journeys.first_touch
    or credited.last_touch > journeys.last_touch
    or (credited.touches > 0 and journeys.conversion_key is null)
union all
select 'all', journeys.conversion_key, null, null, null
from journeys
inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
where journeys.last_touched_at > conversions.converted_at
union all
select models.attribution_model, null, coalesce(covered.conversions, 0), null, expected.conversions
from models
cross join expected
left join covered on models.attribution_model = covered.attribution_model
where coalesce(covered.conversions, 0) <> expected.conversions
union all
select models.attribution_model, null, null, coalesce(purchase_credits.revenue, 0), purchases.revenue
from models
cross join purchases
left join purchase_credits on models.attribution_model = purchase_credits.attribution_model
where coalesce(purchase_credits.revenue, 0) <> purchases.revenue
