{{ attribution_fact(weight='1', touches='is_code_claim') }}
