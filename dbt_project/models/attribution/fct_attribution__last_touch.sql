{{ attribution_fact(weight='1', touches='is_last_touch') }}
