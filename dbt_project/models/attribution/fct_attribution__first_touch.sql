{{ attribution_by_share(touches='creditable_position = 1') }}
