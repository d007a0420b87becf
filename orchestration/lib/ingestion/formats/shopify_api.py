"""`orders/shopify_api`: orders and refunds as Shopify's Admin API gives them, REST or GraphQL.

Any layout: `{"orders": [...]}`, `{"order": {...}}`, `{"refunds": [...]}`, `{"refund": {...}}`, a GraphQL
answer with `edges` or `nodes`, a bare array, one object a line (also bulk operations, whose line items stand
on lines of their own).

- Ids of GraphQL (`gid://shopify/Order/1`) are cut to the number that REST gives.
- `subtotal` is `total_line_items_price`; GraphQL has none, so it is what is left after discounts plus the
  discounts. Where prices include tax, the tax on the goods is taken out.
- `discount_amount` leaves out what was taken off the shipping. `discount_codes` keeps the order in which
  codes applied.
- A refund is what its lines were worth; one without lines, the money that was paid back.
- Test orders count as cancelled.
- `landing_site` and `referring_site`, or the first visit of `customerJourneySummary`, are kept for orders
  that no click shows; visitor ids and survey answers are looked for in the note attributes.
- Names, addresses, telephone numbers and `browser_ip` are not read.
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
    financial_status,
    json_object_of,
    money_rejects,
    named_note,
    product_of,
    struct_type,
    sum_of,
)

# ---- what is read: REST names with underscores, GraphQL names without ----------------------------------

_SET = {"shop_money": {"amount": TEXT}}
_SET_GRAPHQL = {"shopMoney": {"amount": TEXT}}
_AMOUNTS = (
    *("total_discounts", "total_line_items_price", "subtotal_price", "total_tax", "total_shipping_price"),
    "total_price",
)
_AMOUNTS_GRAPHQL = (
    *("totalDiscounts", "totalLineItemsPrice", "subtotalPrice", "totalTax", "totalShippingPrice"),
    "totalPrice",
)
_LINE = {
    **dict.fromkeys(("id", "product_id", "sku", "name", "title", "vendor", "quantity", "price"), TEXT),
    "tax_lines": [{"price": TEXT}],
    "product": {"id": TEXT, "productType": TEXT},
    "variant": {"inventoryItem": {"unitCost": {"amount": TEXT}}},
    "originalUnitPriceSet": _SET_GRAPHQL,
}
_REFUND = {
    **dict.fromkeys(("id", "created_at", "createdAt"), TEXT),
    "refund_line_items": [{"subtotal": TEXT}],
    "refundLineItems": {
        "nodes": [{"subtotalSet": _SET_GRAPHQL}],
        "edges": [{"node": {"subtotalSet": _SET_GRAPHQL}}],
    },
    "transactions": [{"kind": TEXT, "status": TEXT, "amount": TEXT}],
    "totalRefundedSet": _SET_GRAPHQL,
}
_CODE = {"code": TEXT}
_RECORD = {
    **_LINE,
    **_REFUND,
    **dict.fromkeys(
        ("__parentId", "admin_graphql_api_id", "order_id", "updated_at", "updatedAt", "test"), TEXT
    ),
    **dict.fromkeys(("cancelled_at", "cancelledAt", "cancel_reason", "cancelReason", "tags", "email"), TEXT),
    **dict.fromkeys(("contact_email", "currency", "currencyCode", "source_name", "sourceName"), TEXT),
    **dict.fromkeys(("financial_status", "displayFinancialStatus", "taxes_included", "taxesIncluded"), TEXT),
    **dict.fromkeys(
        ("fulfillment_status", "displayFulfillmentStatus", "landing_site", "referring_site"), TEXT
    ),
    **dict.fromkeys(("landing_site_ref", "discountCode"), TEXT),
    **dict.fromkeys(_AMOUNTS, TEXT),
    **{f"{name}_set": _SET for name in _AMOUNTS},
    **{f"{name}Set": _SET_GRAPHQL for name in _AMOUNTS_GRAPHQL},
    "order": {"id": TEXT},
    "customer": {"id": TEXT, "email": TEXT, "defaultEmailAddress": {"emailAddress": TEXT}},
    "line_items": [_LINE],
    "lineItems": {"nodes": [_LINE], "edges": [{"node": _LINE}]},
    "shipping_lines": [{"price": TEXT, "discount_allocations": [{"amount": TEXT}]}],
    "discount_codes": [_CODE],
    "discountCodes": [TEXT],
    "discount_applications": [_CODE],
    "discountApplications": {"nodes": [_CODE], "edges": [{"node": _CODE}]},
    "note_attributes": NOTES,
    "customAttributes": NOTES,
    "refunds": [_REFUND],
    "customerJourneySummary": {"firstVisit": {"landingPage": TEXT, "referrerUrl": TEXT}},
}


def _number(value: str) -> str:
    """The last part of a gid, or the id as it is."""
    return f"nullif(regexp_extract({value}, '([^/?]+)(?:\\?.*)?$', 1), '')"


def _money(rest: str, graphql: str) -> str:
    """An amount in the shop's currency, as text."""
    return f"coalesce(nullif(o.{rest}, ''), o.{rest}_set.shop_money.amount, o.{graphql}Set.shopMoney.amount)"


def _nodes(connection: str) -> str:
    """The objects of a GraphQL connection."""
    return f"list_concat({connection}.nodes, list_transform({connection}.edges, lambda e: e.node))"


# ---- records -------------------------------------------------------------------------------------------

_KIND = """case
    when o.id like 'gid://shopify/Refund/%' or o.refund_line_items is not null then 'refund'
    when o.__parentId is not null then
        case when o.id like 'gid://shopify/LineItem/%' then 'line' else 'part' end
    when coalesce(o.created_at, o.createdAt) is not null then 'order'
end"""

_ROWS = f"""
(
    with records as (
        select
            _row, _line, _bad, j as o, {_KIND} as kind,
            {_number("coalesce(o.id, o.admin_graphql_api_id)")} as id,
        from (select *, j as o from {{src}})
    )
    select
        *,
        coalesce({_number("o.__parentId")}, id) as line_order_id,
        coalesce({_number("coalesce(o.order_id, o.order.id)")}, id) as refund_order_id,
        coalesce(o.updated_at, o.updatedAt) as version,
        coalesce(o.cancelled_at, o.cancelledAt) as cancelled,
        lower(coalesce(o.financial_status, o.displayFinancialStatus)) as paid,
        lower(coalesce(o.taxes_included, o.taxesIncluded)) = 'true' as with_tax,
        case when kind = 'line' then [cast(o as {struct_type(_LINE)})]
            else list_concat(o.line_items, {_nodes("o.lineItems")}) end as line_list,
        case when kind = 'refund' then [cast(o as {struct_type(_REFUND)})] else o.refunds end as refund_list,
        coalesce(o.note_attributes, o.customAttributes) as notes,
        {_money("total_discounts", "totalDiscounts")} as discounts,
        {_money("total_line_items_price", "totalLineItemsPrice")} as list_price,
        {_money("subtotal_price", "subtotalPrice")} as goods_price,
        {_money("total_tax", "totalTax")} as tax,
        list_filter(list_transform(list_concat(
            list_transform(o.discount_codes, lambda c: c.code),
            o.discountCodes,
            [o.discountCode],
            list_transform(
                list_concat(o.discount_applications, {_nodes("o.discountApplications")}),
                lambda c: c.code
            )
        ), lambda c: trim(c)), lambda c: c <> '') as codes,
    from records
)
"""

# ---- orders --------------------------------------------------------------------------------------------

_LINE_TAX = sum_of("l.tax_lines", "x.price")
_GOODS_TAX = f"coalesce(list_sum(list_transform(line_list, lambda l: {_LINE_TAX})), {amount('tax')}, 0)"
_BEFORE_DISCOUNTS = (
    f"coalesce({amount('list_price')}, {amount('goods_price')} + coalesce({amount('discounts')}, 0))"
)
_SUBTOTAL = f"cast({_BEFORE_DISCOUNTS} - case when with_tax then {_GOODS_TAX} else 0 end as decimal(18,4))"
_ONE_LINE_OFF = sum_of("l.discount_allocations", "x.amount")
_OFF_SHIPPING = f"coalesce(list_sum(list_transform(o.shipping_lines, lambda l: {_ONE_LINE_OFF})), 0)"
_DISCOUNT = f"cast(greatest({amount('discounts')} - {_OFF_SHIPPING}, 0) as decimal(18,4))"
_SHIPPING = (
    f"coalesce({_money('total_shipping_price', 'totalShippingPrice')},"
    f" cast({sum_of('o.shipping_lines', 'x.price')} as varchar))"
)
_STATUS = f"""case
    when cancelled is not null or lower(o.test) = 'true' then 'cancelled'
    else {financial_status("paid")}
end"""
_EMAIL = (
    "coalesce(nullif(o.email, ''), nullif(o.contact_email, ''), o.customer.email,"
    " o.customer.defaultEmailAddress.emailAddress)"
)
# A code may be listed both as code and as application: its first place counts.
_CODES = "nullif(array_to_string(list_filter(codes, lambda c, i: list_position(codes, c) = i), '|'), '')"
_VISIT = "o.customerJourneySummary.firstVisit"

# ---- lines and refunds ---------------------------------------------------------------------------------

_PRODUCT_ID = _number("coalesce(l.product_id, l.product.id)")
_PRICE = "coalesce(l.price, l.originalUnitPriceSet.shopMoney.amount)"
_PAID_BACK = f"""list_sum(list_transform(
    list_filter(r.transactions, lambda t: t.kind = 'refund' and coalesce(t.status, 'success') = 'success'),
    lambda t: {amount("t.amount")}
))"""
_REFUND_AMOUNT = f"""cast(coalesce(
    {sum_of("r.refund_line_items", "x.subtotal")},
    {sum_of(_nodes("r.refundLineItems"), "x.subtotalSet.shopMoney.amount")},
    {_PAID_BACK},
    {amount("r.totalRefundedSet.shopMoney.amount")},
    0
) as decimal(18,4))"""

FORMATS = (
    Format(
        dataset="orders",
        name="shopify_api",
        shape="json",
        structure=_RECORD,
        unwrap="node",
        readers={
            ".json": JsonDocument(
                wrappers=(
                    *(("orders",), ("order",), ("refunds",), ("refund",)),
                    *(("data", "orders", "edges"), ("data", "orders", "nodes"), ("data", "order")),
                    *(("orders", "edges"), ("orders", "nodes"), ("data", "node")),
                )
            ),
            ".jsonl": Jsonl(),
        },
        rows=_ROWS,
        recognised=("kind is not null", "an order, a refund or a line item of Shopify's Admin API"),
        rejects=money_rejects(
            {
                "total_line_items_price": "list_price",
                "subtotal_price": "goods_price",
                "total_discounts": "discounts",
                "total_tax": "tax",
            }
        ),
        outputs=(
            Output(
                "orders",
                {
                    "order_id": "id",
                    "ordered_at": "coalesce(o.created_at, o.createdAt)",
                    "customer_id": _number("o.customer.id"),
                    "email": _EMAIL,
                    "visitor_id": named_note("notes", VISITOR_NOTES),
                    "status": _STATUS,
                    "currency": "coalesce(o.currency, o.currencyCode)",
                    "subtotal": _SUBTOTAL,
                    "discount_amount": _DISCOUNT,
                    "shipping_amount": _SHIPPING,
                    "tax_amount": "tax",
                    "total_amount": _money("total_price", "totalPrice"),
                    "discount_codes": _CODES,
                    "survey_answer": named_note("notes", SURVEY_NOTES),
                    "landing_url": f"coalesce(nullif(o.landing_site, ''), {_VISIT}.landingPage,"
                    f" {named_note('notes', LANDING_NOTES)})",
                    "referrer_url": f"coalesce(nullif(o.referring_site, ''), {_VISIT}.referrerUrl,"
                    f" {named_note('notes', REFERRER_NOTES)})",
                    "updated_at": "version",
                },
                relation="(select * from {src} where coalesce(kind, 'order') = 'order')",
                extra=json_object_of(
                    {
                        "name": "o.name",
                        "financial_status": "paid",
                        "fulfillment_status": "coalesce(o.fulfillment_status, o.displayFulfillmentStatus)",
                        "source_name": "coalesce(o.source_name, o.sourceName)",
                        "landing_site_ref": "o.landing_site_ref",
                        "tags": "nullif(o.tags, '')",
                        "cancel_reason": "coalesce(o.cancel_reason, o.cancelReason)",
                    }
                ),
            ),
            Output(
                "order_lines",
                {
                    "order_id": "line_order_id",
                    "line_id": _number("l.id"),
                    "product_id": f"coalesce({_PRODUCT_ID}, nullif(l.sku, ''), l.title, l.name)",
                    "product_category": "nullif(l.product.productType, '')",
                    "quantity": "l.quantity",
                    "amount": product_of(_PRICE, "l.quantity"),
                    "unit_cost": "l.variant.inventoryItem.unitCost.amount",
                },
                relation="(select *, unnest(line_list) as l from {src})",
                extra=json_object_of({"sku": "nullif(l.sku, '')", "name": "l.name", "vendor": "l.vendor"}),
                version="version",
            ),
            Output(
                "refunds",
                {
                    "refund_id": _number("r.id"),
                    "order_id": "refund_order_id",
                    "refunded_at": "coalesce(r.created_at, r.createdAt)",
                    "amount": _REFUND_AMOUNT,
                },
                relation="(select *, unnest(refund_list) as r from {src})",
                extra=None,
                version="version",
            ),
        ),
    ),
)
