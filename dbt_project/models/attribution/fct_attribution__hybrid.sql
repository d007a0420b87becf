{{ attribution_by_share(
    up_to='case when has_code_owner then 1 else ' ~ position_share('creditable_position', *var('position_weights')) ~ ' end',
    before='case when has_code_owner then 0 else ' ~ position_share('creditable_position - 1', *var('position_weights')) ~ ' end',
    touches='case when has_code_owner then is_code_claim else is_creditable end'
) }}
