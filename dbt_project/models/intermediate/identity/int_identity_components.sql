{{ config(materialized='connected_components') }}

select edges.left_key, edges.right_key
from {{ ref('int_identity_edges') }} as edges
-- An order's edges stay: those of a shared one are its own row's.
where
    not exists (
        select 1 from {{ ref('int_identity_exclusions') }} as excluded
        where excluded.identifier_type = edges.left_type and excluded.identifier_key = edges.left_key
    )
    and not exists (
        select 1 from {{ ref('int_identity_exclusions') }} as excluded
        where
            excluded.identifier_type = edges.right_type
            and excluded.identifier_key = edges.right_key
            and excluded.identifier_type <> 'order'
    )
