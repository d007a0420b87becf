"""`orders/shopify_csv`: the order export of Shopify's admin, one line per line item.

Order-level columns stand on the first line of an order only. All lines of an order load together or not at
all.

- `order_id` is the column `Id` (the id that the Admin API gives too) where the export has it, else `Name`
  without its `#`. So an export and API files of one shop agree when the export has `Id`; the name is kept in
  `extra`.
- Shopify's `Subtotal` is after discounts, ours before: `subtotal` = Subtotal + Discount Amount.
- Several discount codes stand in one field, separated by commas.
- `Refunded Amount` becomes one refund, `<order_id>-export-refund`, of at most the goods' value (the rest is
  tax and shipping). The export does not say when: it is dated `Cancelled at`, else `Paid at`, else `Created
  at`.
- Lines have no id: `line_id` is `<order_id>-<n>`, counted within the order. `amount` is price times quantity.
- There is no customer id and no version: customers are known by e-mail, and the file's date is the version.
- Names, addresses and telephone numbers are not read.
"""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Column, Csv, Format, Output
from orchestration.lib.ingestion.formats.expressions import (
    LANDING_NOTES,
    REFERRER_NOTES,
    SURVEY_NOTES,
    VISITOR_NOTES,
    amount,
    code_list,
    financial_status,
    money_rejects,
    note_line,
)

_ADDRESS = (
    *("Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Country", "Phone"),
    "Province Name",
)
_REQUIRED = ("Name", "Created at", "Currency", "Subtotal", "Lineitem quantity", "Lineitem price")
_OPTIONAL = (
    *(
        "Email",
        "Financial Status",
        "Paid at",
        "Fulfillment Status",
        "Shipping",
        "Taxes",
        "Total",
        "Discount Code",
    ),
    *(
        "Discount Amount",
        "Lineitem name",
        "Lineitem sku",
        "Vendor",
        "Cancelled at",
        "Refunded Amount",
        "Id",
        "Tags",
    ),
    *("Note Attributes", "Source", "Payment Method"),
)

_CALCULATED = ("Subtotal", "Discount Amount", "Lineitem quantity", "Lineitem price", "Refunded Amount")
# The rest of Shopify's export: who and where the buyer is, and what no model asks for.
_PERSONAL = (
    *("Fulfilled at", "Accepts Marketing", "Shipping Method", "Lineitem compare at price", "Notes", "Phone"),
    *("Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Lineitem discount"),
    *("Payment Reference", "Payment References", "Payment ID", "Payment Terms Name", "Next Payment Due At"),
    *("Outstanding Balance", "Employee", "Location", "Device ID", "Risk Level", "Receipt Number", "Duties"),
    *(f"{kind} {part}" for kind in ("Billing", "Shipping") for part in _ADDRESS),
    *(f"Tax {n} {part}" for n in range(1, 6) for part in ("Name", "Value")),
)

_ROWS = """
(
    with numbered as (
        select
            *,
            nullif(trim("Name"), '') as order_name,
            coalesce("Financial Status", "Currency", "Subtotal", "Total") is not null as is_first,
        from {src}
    ),
    blocks as (
        select
            *,
            sum(is_first::integer) over (
                partition by order_name order by _row rows unbounded preceding
            ) as block,
        from numbered
    )
    select
        *,
        coalesce(
            first_value(nullif(trim("Id"), '') ignore nulls) over whole_order, ltrim(order_name, '#')
        ) as order_id,
        row_number() over (partition by order_name, block order by _row) as line_number,
    from blocks
    window whole_order as (
        partition by order_name, block order by _row rows between unbounded preceding and unbounded following
    )
)
"""

_GOODS = amount('"Subtotal"')
_DISCOUNT = amount('"Discount Amount"')
_REFUNDED = amount('"Refunded Amount"')
_QUANTITY = amount('"Lineitem quantity"')
_PRICE = amount('"Lineitem price"')
_STATUS = f"""case
    when nullif(trim("Cancelled at"), '') is not null then 'cancelled'
    else {financial_status('lower(trim("Financial Status"))')}
end"""

FORMATS = (
    Format(
        dataset="orders",
        name="shopify_csv",
        readers={".csv": Csv()},
        columns=(
            *(Column(name, required=True) for name in _REQUIRED),
            *(Column(name) for name in _OPTIONAL),
        ),
        rows=_ROWS,
        unit="order_name",
        rejects=(
            ("order_name is null", "Name", "Name: missing"),
            ("block = 0", "Name", "line of an order whose first line is not in this file"),
            *money_rejects({name: f'"{name}"' for name in _CALCULATED}),
        ),
        ignored=_PERSONAL,
        outputs=(
            Output(
                "orders",
                {
                    "order_id": "order_id",
                    "ordered_at": '"Created at"',
                    "email": '"Email"',
                    "visitor_id": note_line('"Note Attributes"', VISITOR_NOTES),
                    "status": _STATUS,
                    "currency": '"Currency"',
                    "subtotal": f"{_GOODS} + coalesce({_DISCOUNT}, 0)",
                    "discount_amount": '"Discount Amount"',
                    "shipping_amount": '"Shipping"',
                    "tax_amount": '"Taxes"',
                    "total_amount": '"Total"',
                    "discount_codes": code_list('"Discount Code"'),
                    "survey_answer": note_line('"Note Attributes"', SURVEY_NOTES),
                    "landing_url": note_line('"Note Attributes"', LANDING_NOTES),
                    "referrer_url": note_line('"Note Attributes"', REFERRER_NOTES),
                },
                relation="(select * from {src} where is_first or coalesce(block, 0) = 0)",
                extra="""json_merge_patch(coalesce(extra::json, '{}'::json), json_object(
                    'name', order_name, 'financial_status', "Financial Status",
                    'fulfillment_status', "Fulfillment Status", 'refunded_amount', "Refunded Amount",
                    'tags', "Tags", 'source', "Source", 'payment_method', "Payment Method"
                ))""",
            ),
            Output(
                "order_lines",
                {
                    "order_id": "order_id",
                    "line_id": "order_id || '-' || line_number",
                    "product_id": """coalesce(nullif(trim("Lineitem sku"), ''), "Lineitem name")""",
                    "quantity": _QUANTITY,
                    "amount": f"cast({_PRICE} * {_QUANTITY} as decimal(18,4))",
                },
                relation="""(
                    select * from {src} where coalesce("Lineitem price", "Lineitem name") is not null
                )""",
                extra="""json_merge_patch('{}', json_object('name', "Lineitem name", 'vendor', "Vendor"))""",
            ),
            Output(
                "refunds",
                {
                    "refund_id": "order_id || '-export-refund'",
                    "order_id": "order_id",
                    "refunded_at": """coalesce("Cancelled at", "Paid at", "Created at")""",
                    "amount": f"least({_REFUNDED}, {_GOODS})",
                },
                relation=f"(select * from {{src}} where is_first and {_REFUNDED} > 0)",
                extra=None,
            ),
        ),
    ),
)
