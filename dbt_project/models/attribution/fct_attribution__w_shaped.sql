{{ attribution_by_share(
    up_to=milestone_share('creditable_position', 0.3, 0.1, ['lead_position']),
    before=milestone_share('creditable_position - 1', 0.3, 0.1, ['lead_position'])
) }}
