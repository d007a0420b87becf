-- Poisson bootstrap over people: in each replicate a person counts 0, 1, 2 ... times, with all they bought.
with people as (
    select *, {{ person_draw('person_id') }} as person_draw
    from {{ ref('int_person_credits') }}
),

replicates as (
    {{ replicate_rows(var('bootstrap_replicates')) }}
),

weighted as (
    select
        people.*,
        replicates.replicate,
        {{ poisson_weight('(people.person_draw * replicates.multiplier + replicates.increment) % ' ~ bootstrap_prime()) }} as weight
    from people
    cross join replicates
)

select
    influencer_id,
    replicate,
    {% for attribution_model in attribution_models() -%}
    sum(weight * {{ attribution_model }}_cents) as {{ attribution_model }}_cents,
    sum(weight * {{ attribution_model }}_millionths) as {{ attribution_model }}_millionths,
    {% endfor -%}
    sum(weight * commission_cents) as commission_cents
from weighted
where weight > 0
group by influencer_id, replicate
