-- One order is one buyer's: an id that clicks give to more stands for none (`undefined`, a test's), and would join them all.
with counted as (
    select
        order_id,
        count(distinct customer_id) + count(distinct email_hash) as strong_neighbours,
        count(distinct visitor_key) as visitors
    from {{ ref('int_click_links') }}
    where order_id is not null
    group by order_id
)

select
    order_id,
    {{ key64(["'order'", 'order_id']) }} as order_key,
    strong_neighbours,
    visitors
from counted
where
    strong_neighbours > {{ var('identity_max_strong_neighbours') }}
    or visitors > {{ var('identity_max_strong_neighbours') }}
