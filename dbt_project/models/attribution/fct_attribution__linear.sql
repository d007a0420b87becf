{{ attribution_by_share(
    up_to='creditable_position / cast(creditable_length as double)',
    before='(creditable_position - 1) / cast(creditable_length as double)'
) }}
