{%- set pairs = [
    ('visitor', 'visitor_key', 'customer', 'customer_key'), ('visitor', 'visitor_key', 'email', 'email_key'),
    ('visitor', 'visitor_key', 'order', 'order_key'), ('visitor', 'visitor_key', 'contact', 'contact_key'),
    ('customer', 'customer_key', 'email', 'email_key'), ('customer', 'customer_key', 'order', 'order_key'),
    ('customer', 'customer_key', 'contact', 'contact_key'), ('email', 'email_key', 'order', 'order_key'),
    ('email', 'email_key', 'contact', 'contact_key'), ('contact', 'contact_key', 'contact', 'merged_into_key'),
] %}

with pairs as (
    {% for left_type, left_key, right_type, right_key in pairs -%}
    select '{{ left_type }}' as left_type, {{ left_key }} as left_key, '{{ right_type }}' as right_type, {{ right_key }} as right_key
    from {{ ref('int_identity_links') }}
    where {{ left_key }} is not null and {{ right_key }} is not null
    {% if not loop.last %}union{% endif %}
    {% endfor %}
)

select left_type, left_key, right_type, right_key
from pairs
where left_key <> right_key
