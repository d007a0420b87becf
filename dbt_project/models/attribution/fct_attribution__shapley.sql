-- One over the touches of its key: a journey's weights add up to its number of keys, so each key gets an equal share.
{{ attribution_by_weight(weight='1 / cast(count(*) over (partition by journeys.conversion_key, journeys.touch_key) as double)') }}
