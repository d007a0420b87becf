"""`orders/woocommerce`: orders and refunds of WooCommerce's REST API (v2, v3).

Any layout: a list, a single object, one object a line, or the answer of a batch request (`create` and
`update`).

- `subtotal` is the sum of the lines' `subtotal`, which is before coupons and without tax; `discount_amount`
  is `discount_total`, without tax as well. Times are the `_gmt` ones.
- `processing` and `completed` are paid; `on-hold`, `pending` and `checkout-draft` pending; `failed`,
  `cancelled` and `trash` cancelled.
- `discount_codes` are the coupon lines, in their order.
- An order names its refunds without a date: they are dated by the order's last change, and never worth more
  than its goods. Refunds from the refunds endpoint have a date and lines, and win when they are loaded later.
- The origin that WooCommerce notes itself (`_wc_order_attribution_*`) gives `landing_url` and `referrer_url`.
- Names, addresses and `customer_ip_address` are not read.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Format, JsonDocument, Jsonl, Output
from orchestration.lib.ingestion.formats.expressions import (
    LANDING_NOTES,
    NOTES,
    REFERRER_NOTES,
    SURVEY_NOTES,
    TEXT,
    VISITOR_NOTES,
    amount,
    json_object_of,
    money_rejects,
    named_note,
    sum_of,
)

_LANDING = ("_wc_order_attribution_session_entry", *LANDING_NOTES)
_REFERRER = ("_wc_order_attribution_referrer", *REFERRER_NOTES)


_LINE = {
    **dict.fromkeys(
        ("id", "product_id", "sku", "name", "quantity", "subtotal", "total", "variation_id"), TEXT
    ),
    "category": TEXT,
    "categories": [{"name": TEXT}],
}
_TIMES = ("date_created", "date_modified")
_STRUCTURE = {
    **dict.fromkeys(
        ("id", "parent_id", "number", "status", "currency", "customer_id", "created_via", "code"), TEXT
    ),
    **dict.fromkeys(
        ("discount_total", "shipping_total", "total_tax", "total", "amount", "payment_method"), TEXT
    ),
    **{name + zone: TEXT for name in _TIMES for zone in ("", "_gmt")},
    "billing": {"email": TEXT},
    "line_items": [_LINE],
    "coupon_lines": [{"code": TEXT}],
    "refunds": [{"id": TEXT, "total": TEXT}],
    "meta_data": NOTES,
    "_links": {"up": [{"href": TEXT}]},
}


def _gmt(name: str) -> str:
    """A time in UTC; the local one only where an old version has no other."""
    return f"coalesce(nullif(j.{name}_gmt, ''), nullif(j.{name}, ''))"


_ROWS = f"""
(
    select
        _row, _line, _bad, j,
        case
            when j.line_items is not null and j.currency is not null then 'order'
            when j.amount is not null and j.code is null then 'refund'
        end as kind,
        j.id as id,
        coalesce(
            nullif(nullif(j.parent_id, ''), '0'),
            nullif(regexp_extract(j._links.up[1].href, 'orders/(\\d+)', 1), '')
        ) as parent_id,
        {_gmt("date_modified")} as version,
        lower(j.status) as state,
        j.discount_total as discounts,
        coalesce({sum_of("j.line_items", "x.subtotal")}, 0) as goods,
        coalesce({sum_of("j.line_items", "x.total")}, 0) as goods_paid,
    from {{src}}
)
"""

_STATUS = """case state
    when 'processing' then 'paid'
    when 'completed' then 'paid'
    when 'refunded' then 'refunded'
    when 'pending' then 'pending'
    when 'on-hold' then 'pending'
    when 'checkout-draft' then 'pending'
    when 'auto-draft' then 'pending'
    when 'failed' then 'cancelled'
    when 'cancelled' then 'cancelled'
    when 'trash' then 'cancelled'
    else state
end"""
_CODES = """nullif(array_to_string(list_filter(
    list_transform(j.coupon_lines, lambda c: trim(c.code)), lambda c: c <> ''
), '|'), '')"""
_REFUNDS = f"""(
    select _row, _line, _bad, kind, discounts, j, version, r.id as refund_id, id as order_id,
        version as refunded_at, least(abs({amount("r.total")}), goods_paid) as refund_amount
    from (select *, unnest(j.refunds) as r from {{src}} where kind = 'order')
    union all
    select _row, _line, _bad, kind, discounts, j, version, id as refund_id, parent_id as order_id,
        {_gmt("date_created")} as refunded_at,
        case when len(j.line_items) > 0 then abs(goods_paid) else {amount("j.amount")} end as refund_amount
    from {{src}} where kind = 'refund'
)"""

FORMATS = (
    Format(
        dataset="orders",
        name="woocommerce",
        shape="json",
        structure=_STRUCTURE,
        readers={".json": JsonDocument(wrappers=(("create",), ("update",), ("orders",))), ".jsonl": Jsonl()},
        rows=_ROWS,
        recognised=("kind is not null", "an order or a refund of WooCommerce's API"),
        rejects=(
            *money_rejects({"discount_total": "discounts"}),
            (
                "kind = 'order'"
                f" and len(list_filter(j.line_items, lambda l: {amount('l.subtotal')} is null)) > 0",
                "line_items",
                "line_items: a line without a readable subtotal",
            ),
        ),
        outputs=(
            Output(
                "orders",
                {
                    "order_id": "id",
                    "ordered_at": _gmt("date_created"),
                    "customer_id": "nullif(j.customer_id, '0')",
                    "email": "j.billing.email",
                    "visitor_id": named_note("j.meta_data", VISITOR_NOTES),
                    "status": _STATUS,
                    "currency": "j.currency",
                    "subtotal": "goods",
                    "discount_amount": "discounts",
                    "shipping_amount": "j.shipping_total",
                    "tax_amount": "j.total_tax",
                    "total_amount": "j.total",
                    "discount_codes": _CODES,
                    "survey_answer": named_note("j.meta_data", SURVEY_NOTES),
                    "landing_url": named_note("j.meta_data", _LANDING),
                    "referrer_url": named_note("j.meta_data", _REFERRER),
                    "updated_at": "version",
                },
                relation="(select * from {src} where coalesce(kind, 'order') = 'order')",
                extra=json_object_of(
                    {
                        "number": "j.number",
                        "status": "state",
                        "created_via": "nullif(j.created_via, '')",
                        "payment_method": "nullif(j.payment_method, '')",
                        "utm_source": named_note("j.meta_data", ("_wc_order_attribution_utm_source",)),
                        "source_type": named_note("j.meta_data", ("_wc_order_attribution_source_type",)),
                    }
                ),
            ),
            Output(
                "order_lines",
                {
                    "order_id": "id",
                    "line_id": "l.id",
                    "product_id": "coalesce(nullif(l.product_id, '0'), nullif(l.sku, ''), l.name)",
                    "product_category": "coalesce(nullif(l.category, ''), nullif(l.categories[1].name, ''))",
                    "quantity": "l.quantity",
                    "amount": "l.subtotal",
                },
                relation="(select *, unnest(j.line_items) as l from {src} where kind = 'order')",
                extra=json_object_of(
                    {
                        "sku": "nullif(l.sku, '')",
                        "name": "l.name",
                        "variation_id": "nullif(l.variation_id, '0')",
                    }
                ),
                version="version",
            ),
            Output(
                "refunds",
                {
                    "refund_id": "refund_id",
                    "order_id": "order_id",
                    "refunded_at": "refunded_at",
                    "amount": "cast(refund_amount as decimal(18,4))",
                },
                relation=_REFUNDS,
                extra=None,
                version="version",
            ),
        ),
    ),
)
