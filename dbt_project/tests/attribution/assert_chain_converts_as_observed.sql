{{ config(meta={'dagster': {'ref': {'name': 'int_markov_effects'}}}) }}

-- Detects a Markov chain whose chance of converting is not the observed share of journeys that end in a purchase.
-- A failure means that steps were lost or counted twice between journeys and chain, so that every removal effect is wrong.
with observed as (
    select
        cast(sum(case when target_state = -2 then journeys else 0 end) as double) / cast(sum(journeys) as double) as conversion_rate
    from {{ ref('int_markov_transitions') }}
    where target_state < 0
)

select effects.key_number, effects.conversion_rate, observed.conversion_rate as observed_rate
from {{ ref('int_markov_effects') }} as effects
cross join observed
where abs(effects.conversion_rate - observed.conversion_rate) > 0.000000001
