{{ attribution_by_share(touches='creditable_position = creditable_length') }}
