{{ config(meta={'dagster': {'ref': {'name': 'stg_shop__orders'}}}) }}

-- Detects orders, lines, refunds or contacts that staging loses, invents or repeats: as many rows as the raw
-- versions have distinct keys.
-- A failure means that revenue, costs or identity rest on a part of the files, or count some rows twice.
{%- set sets = [
    ('orders', 'stg_shop__orders', 'order_id'),
    ('order_lines', 'stg_shop__order_lines', 'order_id, line_id'),
    ('refunds', 'stg_shop__refunds', 'refund_id'),
    ('contacts', 'stg_crm__contacts', 'contact_id'),
] %}
with compared as (
    {% for name, model, key in sets -%}
    select
        '{{ model }}' as model,
        (select count(*) from (select distinct {{ key }} from {{ source('raw', name) }}) as k) as raw_keys,
        (select count(*) from {{ ref(model) }}) as staged_rows,
        (select count(*) from (select distinct {{ key }} from {{ ref(model) }}) as k) as staged_keys
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select *
from compared
where raw_keys <> staged_rows or staged_rows <> staged_keys
