select
    dimension,
    segment,
    measure,
    '{{ var("decision_model") }}' as attribution_model,
    influencers,
    posts,
    observed,
    pooled,
    pooled_low,
    pooled_high,
    mean_of_all,
    own_weight,
    verdict
from {{ ref('int_patterns') }}
