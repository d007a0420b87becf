{{ attribution_fact(weight='case when creditable_position = creditable_length then 1 else 0 end') }}
