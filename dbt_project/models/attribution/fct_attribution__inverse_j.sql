{{ attribution_fact(weight=position_weight(0.6, 0.2, 0.2)) }}
