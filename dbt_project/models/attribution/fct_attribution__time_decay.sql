{{ attribution_by_weight(weight='power(2.0, -hours_to_last_touch / ' ~ var('half_life_hours') ~ ')') }}
