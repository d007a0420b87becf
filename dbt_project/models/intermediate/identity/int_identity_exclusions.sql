-- Orders do not count as neighbours: a loyal customer has thousands, a shared till does too.
with at_orders as (
    select right_key as order_key, left_type as identifier_type, left_key as identifier_key
    from {{ ref('int_identity_edges') }}
    where right_type = 'order'
),

neighbours as (
    select left_type as identifier_type, left_key as identifier_key, right_type as neighbour_type, right_key as neighbour_key
    from {{ ref('int_identity_edges') }}
    union
    select right_type, right_key, left_type, left_key
    from {{ ref('int_identity_edges') }}
    union
    -- Whom an order joins are neighbours: a shop may know its customer, and only a click its visitor.
    select one.identifier_type, one.identifier_key, other.identifier_type, other.identifier_key
    from at_orders as one
    inner join at_orders as other on one.order_key = other.order_key
    where one.identifier_type <> other.identifier_type or one.identifier_key <> other.identifier_key
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
union all
-- These are left out where clicks name them (`int_identity_links`).
select
    'order',
    order_key,
    strong_neighbours,
    visitors,
    'clicks give it to more than {{ var("identity_max_strong_neighbours") }} visitors, or customers and e-mails'
from {{ ref('int_shared_orders') }}
