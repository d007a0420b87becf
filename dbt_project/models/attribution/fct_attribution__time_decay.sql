{{ attribution_by_share(up_to='decay_up_to', before='decay_before') }}
