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
    REFERRER_NOTES,
    SURVEY_NOTES,
    VISITOR_NOTES,
    amount,
    financial_status,
    json_list,
    json_object_of,
    money_rejects,
    named_note,
    product_of,
    sum_of,
)


def _number(value: str) -> str:
    """The last part of a gid, or the id as it is."""
    return f"nullif(regexp_extract({value}, '([^/?]+)(?:\\?.*)?$', 1), '')"


def _money(rest: str, graphql: str) -> str:
    """An amount in the shop's currency, as text."""
    return (
        f"coalesce(nullif(j->>'$.{rest}', ''), j->>'$.{rest}_set.shop_money.amount',"
        f" j->>'$.{graphql}Set.shopMoney.amount')"
    )


def _nodes(value: str) -> str:
    """The objects of a REST list or of a GraphQL connection."""
    edges = json_list(f"({value})->'$.edges'")
    listed = [json_list(f"({value})"), json_list(f"({value})->'$.nodes'")]
    return f"list_concat({', '.join(listed)}, list_transform({edges}, lambda e: e->'$.node'))"


_KIND = """case
    when (d->>'$.id') like 'gid://shopify/Refund/%' or (d->'$.refund_line_items') is not null then 'refund'
    when (d->>'$.__parentId') is not null then
        case when (d->>'$.id') like 'gid://shopify/LineItem/%' then 'line' else 'part' end
    when coalesce(d->>'$.created_at', d->>'$.createdAt') is not null then 'order'
end"""

_ROWS = f"""
(
    with documents as (
        select _row, _line, _bad, coalesce(j->'$.node', j) as d from {{src}}
    ),
    records as (
        select
            _row, _line, _bad, d as j, {_KIND} as kind,
            {_number("coalesce(d->>'$.id', d->>'$.admin_graphql_api_id')")} as id,
        from documents
    )
    select
        *,
        coalesce(j->>'$.updated_at', j->>'$.updatedAt') as version,
        coalesce(j->>'$.cancelled_at', j->>'$.cancelledAt') as cancelled,
        lower(coalesce(j->>'$.financial_status', j->>'$.displayFinancialStatus')) as paid,
        lower(coalesce(j->>'$.taxes_included', j->>'$.taxesIncluded')) = 'true' as with_tax,
        {_nodes("coalesce(j->'$.line_items', j->'$.lineItems')")} as line_list,
        {json_list("j->'$.shipping_lines'")} as shipping_list,
        coalesce(j->'$.note_attributes', j->'$.customAttributes') as notes,
        {_money("total_discounts", "totalDiscounts")} as discounts,
        {_money("total_line_items_price", "totalLineItemsPrice")} as list_price,
        {_money("subtotal_price", "subtotalPrice")} as goods_price,
        {_money("total_tax", "totalTax")} as tax,
        list_filter(list_concat(
            list_transform({json_list("j->'$.discount_codes'")}, lambda c: trim(c->>'$.code')),
            list_transform({json_list("j->'$.discountCodes'")}, lambda c: trim(c->>'$')),
            [trim(j->>'$.discountCode')],
            list_transform(
                {_nodes("coalesce(j->'$.discount_applications', j->'$.discountApplications')")},
                lambda c: trim(c->>'$.code')
            )
        ), lambda c: c <> '') as codes,
    from records
)
"""

_LINE_TAX = sum_of("l->'$.tax_lines'", "x->>'$.price'")
_GOODS_TAX = f"coalesce(list_sum(list_transform(line_list, lambda l: {_LINE_TAX})), {amount('tax')}, 0)"
_BEFORE_DISCOUNTS = (
    f"coalesce({amount('list_price')}, {amount('goods_price')} + coalesce({amount('discounts')}, 0))"
)
_SUBTOTAL = f"cast({_BEFORE_DISCOUNTS} - case when with_tax then {_GOODS_TAX} else 0 end as decimal(18,4))"
_ONE_LINE_OFF = sum_of("l->'$.discount_allocations'", "x->>'$.amount'")
_OFF_SHIPPING = f"coalesce(list_sum(list_transform(shipping_list, lambda l: {_ONE_LINE_OFF})), 0)"
_DISCOUNT = f"cast(greatest({amount('discounts')} - {_OFF_SHIPPING}, 0) as decimal(18,4))"
_SHIPPING_LINES = (
    "list_sum(list_transform(shipping_list, lambda l: try_cast(l->>'$.price' as decimal(18,4))))"
)
_SHIPPING = (
    f"coalesce({_money('total_shipping_price', 'totalShippingPrice')}, cast({_SHIPPING_LINES} as varchar))"
)
_STATUS = f"""case
    when cancelled is not null or lower(j->>'$.test') = 'true' then 'cancelled'
    else {financial_status("paid")}
end"""
_EMAIL = (
    "coalesce(nullif(j->>'$.email', ''), nullif(j->>'$.contact_email', ''), j->>'$.customer.email',"
    " j->>'$.customer.defaultEmailAddress.emailAddress')"
)
_VISIT = "j->>'$.customerJourneySummary.firstVisit"

_PARENT_ID = _number("j->>'$.__parentId'")
_LINES = f"""(
    select *, unnest(line_list) as l, id as order_id from {{src}} where kind = 'order'
    union all
    select *, j as l, {_PARENT_ID} as order_id from {{src}} where kind = 'line'
)"""

_PRICE = "coalesce(l->>'$.price', l->>'$.originalUnitPriceSet.shopMoney.amount')"
_PRODUCT = "coalesce(l->>'$.product_id', l->>'$.product.id')"
_UNIT_COST = "l->>'$.variant.inventoryItem.unitCost.amount'"

_REFUND_LIST = json_list("j->'$.refunds'")
_ORDER_ID = _number("coalesce(j->>'$.order_id', j->>'$.order.id')")
_REFUNDS = f"""(
    select *, unnest({_REFUND_LIST}) as r, id as order_id from {{src}} where kind = 'order'
    union all
    select *, j as r, {_ORDER_ID} as order_id from {{src}} where kind = 'refund'
)"""

_REST_GOODS = sum_of("r->'$.refund_line_items'", "x->>'$.subtotal'")
_GRAPHQL_GOODS = f"""list_sum(list_transform(
    {_nodes("r->'$.refundLineItems'")},
    lambda x: try_cast(x->>'$.subtotalSet.shopMoney.amount' as decimal(18,4))
))"""
_PAID_BACK = f"""list_sum(list_transform(
    list_filter(
        {json_list("r->'$.transactions'")},
        lambda t: (t->>'$.kind') = 'refund' and coalesce(t->>'$.status', 'success') = 'success'
    ),
    lambda t: try_cast(t->>'$.amount' as decimal(18,4))
))"""
_ALL_REFUNDED = "try_cast(r->>'$.totalRefundedSet.shopMoney.amount' as decimal(18,4))"
_REFUND_AMOUNT = (
    f"cast(coalesce({_REST_GOODS}, {_GRAPHQL_GOODS}, {_PAID_BACK}, {_ALL_REFUNDED}, 0) as decimal(18,4))"
)

FORMATS = (
    Format(
        dataset="orders",
        name="shopify_api",
        shape="json",
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
                    "ordered_at": "coalesce(j->>'$.created_at', j->>'$.createdAt')",
                    "customer_id": _number("j->>'$.customer.id'"),
                    "email": _EMAIL,
                    "visitor_id": named_note("notes", VISITOR_NOTES),
                    "status": _STATUS,
                    "currency": "coalesce(j->>'$.currency', j->>'$.currencyCode')",
                    "subtotal": _SUBTOTAL,
                    "discount_amount": _DISCOUNT,
                    "shipping_amount": _SHIPPING,
                    "tax_amount": "tax",
                    "total_amount": _money("total_price", "totalPrice"),
                    # A code may be listed both as code and as application: its first place counts.
                    "discount_codes": "nullif(array_to_string(list_filter(codes,"
                    " lambda c, i: list_position(codes, c) = i), '|'), '')",
                    "survey_answer": named_note("notes", SURVEY_NOTES),
                    "landing_url": f"coalesce(nullif(j->>'$.landing_site', ''), {_VISIT}.landingPage',"
                    f" {named_note('notes', LANDING_NOTES)})",
                    "referrer_url": f"coalesce(nullif(j->>'$.referring_site', ''), {_VISIT}.referrerUrl',"
                    f" {named_note('notes', REFERRER_NOTES)})",
                    "updated_at": "version",
                },
                relation="(select * from {src} where coalesce(kind, 'order') = 'order')",
                extra=json_object_of(
                    {
                        "name": "j->>'$.name'",
                        "financial_status": "paid",
                        "fulfillment_status": "coalesce(j->>'$.fulfillment_status',"
                        " j->>'$.displayFulfillmentStatus')",
                        "source_name": "coalesce(j->>'$.source_name', j->>'$.sourceName')",
                        "landing_site_ref": "j->>'$.landing_site_ref'",
                        "tags": "nullif(j->>'$.tags', '')",
                        "cancel_reason": "coalesce(j->>'$.cancel_reason', j->>'$.cancelReason')",
                    }
                ),
            ),
            Output(
                "order_lines",
                {
                    "order_id": "order_id",
                    "line_id": _number("l->>'$.id'"),
                    "product_id": f"coalesce({_number(_PRODUCT)}, nullif(l->>'$.sku', ''), l->>'$.title')",
                    "product_category": "nullif(l->>'$.product.productType', '')",
                    "quantity": "l->>'$.quantity'",
                    "amount": product_of(_PRICE, "l->>'$.quantity'"),
                    "unit_cost": _UNIT_COST,
                },
                relation=_LINES,
                extra=json_object_of(
                    {"sku": "nullif(l->>'$.sku', '')", "name": "l->>'$.name'", "vendor": "l->>'$.vendor'"}
                ),
                version="version",
            ),
            Output(
                "refunds",
                {
                    "refund_id": _number("r->>'$.id'"),
                    "order_id": "order_id",
                    "refunded_at": "coalesce(r->>'$.created_at', r->>'$.createdAt', r->>'$.processed_at')",
                    "amount": _REFUND_AMOUNT,
                },
                relation=_REFUNDS,
                extra=None,
                version="version",
            ),
        ),
    ),
)
