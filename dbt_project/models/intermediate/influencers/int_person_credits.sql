-- One row an influencer and a person with credit, a pair of columns a model: what the bootstrap draws from.
-- Money in cents and credit in millionths, whole numbers in doubles: their sums are exact in whatever order they are added.
with commissions as (
    select costs.influencer_id, conversions.person_key, sum({{ cents('costs.amount') }}) as commission_cents
    from {{ ref('int_influencer_costs') }} as costs
    inner join {{ ref('int_conversions') }} as conversions on costs.conversion_key = conversions.conversion_key
    group by costs.influencer_id, conversions.person_key
),

credits as (
    select
        influencer_id,
        person_key
        {%- for attribution_model in attribution_models() %},
        sum({{ attribution_model }}_cents) as {{ attribution_model }}_cents,
        sum(cast(round({{ attribution_model }}_credit * 1000000, 0) as bigint)) as {{ attribution_model }}_millionths
        {%- endfor %}
    from {{ ref('int_purchase_credits') }}
    where influencer_id is not null
    group by influencer_id, person_key
),

people as (
    select distinct person_key, person_id from {{ ref('int_conversions') }}
),

summed as (
    select
        coalesce(credits.influencer_id, commissions.influencer_id) as influencer_id,
        coalesce(credits.person_key, commissions.person_key) as person_key,
        {% for attribution_model in attribution_models() -%}
        cast(coalesce(credits.{{ attribution_model }}_cents, 0) as double) as {{ attribution_model }}_cents,
        cast(coalesce(credits.{{ attribution_model }}_millionths, 0) as double) as {{ attribution_model }}_millionths,
        {% endfor -%}
        cast(coalesce(commissions.commission_cents, 0) as double) as commission_cents
    from credits
    full outer join commissions
        on credits.influencer_id = commissions.influencer_id and credits.person_key = commissions.person_key
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
