{{ attribution_by_weight(weight=milestone_weight(0.225, 0.1, ['creditable_position = 1', 'is_lead_touch', 'is_customer_touch', 'creditable_position = creditable_length'])) }}
