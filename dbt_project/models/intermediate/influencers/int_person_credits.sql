-- One row an influencer and a person with credit, a pair of columns a model: what the bootstrap draws from.
-- Money in cents and credit in millionths, whole numbers in doubles: their sums are exact in whatever order they are added.
with credits as (
    select
        influencer_id,
        person_key,
        attribution_model,
        {{ cents('attributed_revenue') }} as cents,
        cast(round(credit * 1000000, 0) as bigint) as millionths,
        0 as commission_cents
    from {{ ref('int_purchase_credits') }}
    where influencer_id is not null
    union all
    select
        costs.influencer_id,
        conversions.person_key,
        cast(null as {{ dbt.type_string() }}),
        0,
        0,
        {{ cents('costs.amount') }}
    from {{ ref('int_influencer_costs') }} as costs
    inner join {{ ref('int_conversions') }} as conversions on costs.conversion_key = conversions.conversion_key
),

people as (
    select distinct person_key, person_id from {{ ref('int_conversions') }}
),

summed as (
    select
        influencer_id,
        person_key,
        {% for attribution_model in attribution_models() -%}
        cast(sum(case when attribution_model = '{{ attribution_model }}' then cents else 0 end) as double)
            as {{ attribution_model }}_cents,
        cast(sum(case when attribution_model = '{{ attribution_model }}' then millionths else 0 end) as double)
            as {{ attribution_model }}_millionths,
        {% endfor -%}
        cast(sum(commission_cents) as double) as commission_cents
    from credits
    group by influencer_id, person_key
)

select
    summed.influencer_id,
    people.person_id,
    {% for attribution_model in attribution_models() -%}
    summed.{{ attribution_model }}_cents,
    summed.{{ attribution_model }}_millionths,
    {% endfor -%}
    summed.commission_cents
from summed
inner join people on summed.person_key = people.person_key
-- Neighbours share an influencer: a third less work for the bootstrap.
order by summed.influencer_id, people.person_id
