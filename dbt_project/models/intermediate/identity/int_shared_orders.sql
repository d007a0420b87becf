-- One order is one buyer's: an id that clicks give to more stands for none (`undefined`, a test's), and would join them all.
{%- set most = var('identity_max_strong_neighbours') %}
with named_often as (
    -- Few orders have so many rows, and telling identifiers apart takes long. A row may know a customer and an e-mail.
    select order_id
    from {{ ref('int_click_links') }}
    where order_id is not null
    group by order_id
    having 2 * count(*) > {{ most }}
),

counted as (
    select
        links.order_id,
        count(distinct links.customer_id) + count(distinct links.email_hash) as strong_neighbours,
        count(distinct links.visitor_key) as visitors
    from {{ ref('int_click_links') }} as links
    inner join named_often on links.order_id = named_often.order_id
    group by links.order_id
)

select
    order_id,
    {{ key64(["'order'", 'order_id']) }} as order_key,
    strong_neighbours,
    visitors
from counted
where strong_neighbours > {{ most }} or visitors > {{ most }}
