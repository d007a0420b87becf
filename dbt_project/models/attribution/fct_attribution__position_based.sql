{{ attribution_fact(weight=position_weight(*var('position_weights'))) }}
