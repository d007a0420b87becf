-- Effects in proportion to the journey's largest, so that small ones keep their digits. Goals may be reached along keys that
-- neither a purchase nor an open journey has; where no key of a journey has an effect they share alike.
{{ attribution_by_weight(
    weight='coalesce(weights.removal_effect / nullif(max(weights.removal_effect) over (partition by journeys.conversion_key), 0),'
    ~ ' case when max(weights.removal_effect) over (partition by journeys.conversion_key) > 0 then 0 else 1 end)',
    joins='left join ' ~ ref('int_markov_weights') ~ ' as weights on journeys.touch_key = weights.touch_key',
    is_estimated=true
) }}
