{{ attribution_by_share(
    up_to=milestone_share('creditable_position', 0.225, 0.1, ['lead_position', 'customer_position']),
    before=milestone_share('creditable_position - 1', 0.225, 0.1, ['lead_position', 'customer_position'])
) }}
