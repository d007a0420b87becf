-- What a touch weighs under Markov, by its key; members of a pool weigh what the pool does.
select
    keys.touch_key,
    keys.markov_key,
    keys.pooled_into,
    keys.conversions,
    keys.journeys,
    effects.removal_effect,
    effects.share as markov_key_share
from {{ ref('int_markov_keys') }} as keys
inner join {{ ref('int_markov_effects') }} as effects on keys.key_number = effects.key_number
