{{ attribution_fact(weight='power(2.0, -hours_to_last_touch / ' ~ var('half_life_hours') ~ ')') }}
