{{ attribution_by_share(touches='is_last_touch') }}
