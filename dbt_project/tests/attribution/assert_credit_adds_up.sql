{{ config(meta={'dagster': {'ref': {'name': 'fct_attribution'}}}) }}

-- Detects a model that does not give each conversion away exactly once: credit sums to 1 (within 1e-9) and
-- money to the conversion's revenue to the cent, for every model of attribution_models() and every
-- conversion; and credit for touches after their conversion, for touches that the journey does not have, and
-- for none beside some.
-- A failure means that totals differ from model to model, and that no figure built on that model can be
-- trusted.
-- Models by share come from the journeys alone, so all of them are added up in one pass. What is stored is read
-- as it is, by its numbers: a join would hide touches that the journey does not have.
{%- set by_share, by_weight = [], [] -%}
{%- for attribution_model in attribution_models() -%}
    {%- do (by_share if shares_of(attribution_model) else by_weight).append(attribution_model) -%}
{%- endfor %}
with side_by_side as (
    select
        conversion_key
        {%- for attribution_model in by_share %},
        sum({{ attribution_model }}_credit) as {{ attribution_model }}_credit,
        sum({{ attribution_model }}_cents) as {{ attribution_model }}_cents,
        count({{ attribution_model }}_credit) as {{ attribution_model }}_rows,
        count(case when {{ attribution_model }}_credit is not null then touch_number end) as {{ attribution_model }}_touches
        {%- endfor %}
    from (
        {{ credits_side_by_side(models=by_share) }}
    ) as credits
    group by conversion_key
),

conversions as (
    select conversion_key, conversion_type, revenue, {{ cents('revenue') }} as revenue_cents
    from {{ ref('int_conversions') }}
),

unequal as (
    select
        conversions.revenue,
        conversions.revenue_cents,
        conversions.conversion_key as expected_key,
        side_by_side.*
    from conversions
    left join side_by_side on conversions.conversion_key = side_by_side.conversion_key
    where
        {%- for attribution_model in by_share %}
        {% if not loop.first %}or {% endif %}{{ not_given_away_once(attribution_model) }}
        {%- endfor %}
),

stored as (
    {% for attribution_model in by_weight -%}
    select
        '{{ attribution_model }}' as attribution_model,
        conversion_key,
        sum(credit) as credit,
        sum(attributed_revenue) as revenue,
        count(*) as credited_rows,
        count(touch_number) as touches,
        min(touch_number) as first_touch,
        max(touch_number) as last_touch
    from {{ stored_credits(ref('fct_attribution__' ~ attribution_model)) }}
    group by conversion_key
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}
),

journeys as (
    select
        conversion_key,
        min(touch_number) as first_touch,
        max(touch_number) as last_touch,
        max(touched_at) as last_touched_at
    from {{ ref('int_journeys') }}
    group by conversion_key
),

expected as (
    select count(*) as conversions from {{ ref('fct_conversions') }}
),

given as (
    {% for attribution_model in by_share -%}
    select '{{ attribution_model }}' as attribution_model, count(*) as conversions from side_by_side
    union all
    {% endfor -%}
    select attribution_model, count(*) from stored group by attribution_model
),

purchases as (
    select sum(revenue_cents) as cents from conversions where conversion_type = 'purchase'
),

purchase_credits as (
    select
        {%- for attribution_model in attribution_models() %}
        sum({{ attribution_model }}_cents) as {{ attribution_model }}_cents{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_purchase_credits') }}
)

{% for attribution_model in by_share -%}
select
    '{{ attribution_model }}' as attribution_model,
    expected_key as conversion_key,
    {{ attribution_model }}_credit as credit,
    {{ from_cents(attribution_model ~ '_cents') }} as revenue,
    revenue as expected_revenue
from unequal
where {{ not_given_away_once(attribution_model) }}
union all
{% endfor -%}
select
    stored.attribution_model,
    stored.conversion_key,
    stored.credit,
    stored.revenue,
    conversions.revenue as expected_revenue
from stored
left join conversions on stored.conversion_key = conversions.conversion_key
left join journeys on stored.conversion_key = journeys.conversion_key
where
    conversions.conversion_key is null
    or abs(stored.credit - 1) > 0.000000001
    or stored.revenue <> conversions.revenue
    -- An unattributed row stands alone.
    or (stored.touches < stored.credited_rows and stored.credited_rows > 1)
    or stored.first_touch < journeys.first_touch
    or stored.last_touch > journeys.last_touch
    or (stored.touches > 0 and journeys.conversion_key is null)
union all
select 'all', journeys.conversion_key, null, null, null
from journeys
inner join {{ ref('int_conversions') }} as conversions on journeys.conversion_key = conversions.conversion_key
where journeys.last_touched_at > conversions.converted_at
union all
select models.attribution_model, null, given.conversions, null, expected.conversions
from {{ attribution_model_rows() }} as models
cross join expected
left join given on models.attribution_model = given.attribution_model
where coalesce(given.conversions, 0) <> expected.conversions
union all
select
    models.attribution_model,
    null,
    null,
    {{ from_cents('coalesce(' ~ the_models('cents') ~ ', 0)') }},
    {{ from_cents('purchases.cents') }}
from purchase_credits
cross join purchases
cross join {{ attribution_model_rows() }} as models
where coalesce({{ the_models('cents') }}, 0) <> purchases.cents
