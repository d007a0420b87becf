{{ attribution_fact(weight='case when creditable_position = 1 then 1 else 0 end') }}
