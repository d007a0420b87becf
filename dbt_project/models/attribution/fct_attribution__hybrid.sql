{{ attribution_fact(
    weight='case when has_code_owner then 1 else ' ~ position_weight(*var('position_weights')) ~ ' end',
    touches='case when has_code_owner then is_code_claim else is_creditable end'
) }}
