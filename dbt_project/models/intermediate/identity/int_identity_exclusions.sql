-- Orders do not count as neighbours: a loyal customer has thousands, a shared till does too.
with neighbours as (
    select left_type as identifier_type, left_key as identifier_key, right_type as neighbour_type, right_key as neighbour_key
    from {{ ref('int_identity_edges') }}
    union
    select right_type, right_key, left_type, left_key
    from {{ ref('int_identity_edges') }}
),

counted as (
    select
        identifier_type,
        identifier_key,
        count(case when neighbour_type in ('customer', 'email', 'contact') then 1 end) as strong_neighbours,
        -- A shop gives a customer id on purpose, and buyers who clear cookies collect visitors: only e-mails are judged by them.
        count(case when identifier_type = 'email' and neighbour_type = 'visitor' then 1 end) as visitors
    from neighbours
    where identifier_type in ('visitor', 'customer', 'email')
    group by identifier_type, identifier_key
)

select
    identifier_type,
    identifier_key,
    strong_neighbours,
    visitors,
    case
        when strong_neighbours > {{ var('identity_max_strong_neighbours') }}
            then 'joins more than {{ var("identity_max_strong_neighbours") }} customers, e-mails and contacts'
        else 'joins more than {{ var("identity_max_visitors") }} visitors'
    end as reason
from counted
where
    strong_neighbours > {{ var('identity_max_strong_neighbours') }}
    or visitors > {{ var('identity_max_visitors') }}
