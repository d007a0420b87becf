{{ attribution_by_share(
    up_to=position_share('creditable_position', *var('position_weights')),
    before=position_share('creditable_position - 1', *var('position_weights'))
) }}
