{{ attribution_by_share(
    up_to=position_share('creditable_position', 0.2, 0.2, 0.6),
    before=position_share('creditable_position - 1', 0.2, 0.2, 0.6)
) }}
