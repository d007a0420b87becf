{{ attribution_by_share(touches='is_code_claim') }}
