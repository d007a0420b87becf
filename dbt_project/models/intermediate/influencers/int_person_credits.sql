-- One row an influencer and a person with credit, a pair of columns a model: what the bootstrap draws from.
-- Money in cents and credit in millionths, whole numbers in doubles: their sums are exact in whatever order they are added.
with credits as (
    select
        influencer_id,
        person_id,
        attribution_model,
        {{ cents('attributed_revenue') }} as cents,
        cast(round(credit * 1000000, 0) as bigint) as millionths,
        0 as commission_cents
    from {{ ref('int_credits') }}
    where conversion_type = 'purchase' and influencer_id is not null
    union all
    select
        costs.influencer_id,
        conversions.person_id,
        cast(null as {{ dbt.type_string() }}),
        0,
        0,
        {{ cents('costs.amount') }}
    from {{ ref('int_influencer_costs') }} as costs
    inner join {{ ref('int_conversions') }} as conversions on costs.conversion_key = conversions.conversion_key
)

select
    influencer_id,
    person_id,
    {% for attribution_model in attribution_models() -%}
    cast(sum(case when attribution_model = '{{ attribution_model }}' then cents else 0 end) as double)
        as {{ attribution_model }}_cents,
    cast(sum(case when attribution_model = '{{ attribution_model }}' then millionths else 0 end) as double)
        as {{ attribution_model }}_millionths,
    {% endfor -%}
    cast(sum(commission_cents) as double) as commission_cents
from credits
group by influencer_id, person_id
-- Neighbours share an influencer: a third less work for the bootstrap.
order by influencer_id, person_id
