"""Codes in the forms that shops import.

- WooCommerce: the columns of its coupons as the usual CSV importers read them.
- Shopify CSV: the columns of discount importers (apps; Shopify's own admin imports no codes).
- Shopify JSON lines: one `basicCodeDiscount` a line, the variables of the Admin API's
  `discountCodeBasicCreate` for a bulk operation.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from orchestration.lib.registry.lint.money import PERCENT
from orchestration.lib.registry.model import Finding, Registry, Row, Severity
from orchestration.lib.registry.ownership import BEGINNING, END
from orchestration.lib.registry.values import BadValue, parse_money, parse_time

RULE = "codes_export"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class ShopCode:
    """A code as the shop must know it; `begins` and `ends` (exclusive) in UTC."""

    code: str
    influencer_id: str
    is_percent: bool
    value: Decimal
    begins: datetime
    ends: datetime

    @property
    def amount(self) -> str:
        """The number as text, without needless zeros."""
        return f"{self.value.normalize():f}"


def read_codes(
    registry: Registry, at: datetime, campaign_id: str | None = None
) -> tuple[list[ShopCode], list[Finding]]:
    """The codes that are not over, each once, and those that cannot be handed to a shop.

    Rows of one code with the same discount are one code to the shop, from the first to the last day.
    """
    sheet = registry.get("promo_codes")
    found: dict[str, ShopCode] = {}
    problems: list[Finding] = []
    for row in sheet.rows if sheet else ():
        if sheet is None or (campaign_id is not None and row.get("campaign_id") != campaign_id):
            continue
        try:
            code = _read(row)
        except BadValue as problem:
            message = f"code {row.get('promo_code')} is left out: {problem}"
            mend = "Fill in discount_type (percent or fixed) and discount_value."
            problems.append(Finding(Severity.WARNING, RULE, sheet.file, row.line, message, mend))
            continue
        if code is None or code.ends <= at:
            continue
        key = code.code.upper()
        earlier = found.get(key)
        if earlier is None:
            found[key] = code
        elif (earlier.is_percent, earlier.value) == (code.is_percent, code.value):
            begins, ends = min(earlier.begins, code.begins), max(earlier.ends, code.ends)
            found[key] = ShopCode(
                earlier.code, earlier.influencer_id, code.is_percent, code.value, begins, ends
            )
        else:
            message = f"code {code.code} is left out here: it gives {code.amount}, not {earlier.amount}."
            mend = "A shop knows one discount a code; give one of them another code."
            problems.append(Finding(Severity.WARNING, RULE, sheet.file, row.line, message, mend))
    return list(found.values()), problems


def _read(row: Row) -> ShopCode | None:
    code, owner, kind = (
        row.get("promo_code"),
        row.get("influencer_id"),
        (row.get("discount_type") or "").lower(),
    )
    value = row.get("discount_value")
    if code is None or owner is None:
        return None
    if not kind or value is None:
        raise BadValue("nothing says what it gives.")
    if not _CODE.fullmatch(code):
        raise BadValue("it has characters that shops do not take.")
    amount = parse_money(value)
    if not amount:
        raise BadValue("it gives nothing.")
    begins, ends = row.get("valid_from"), row.get("valid_to")
    return ShopCode(
        code,
        owner,
        kind in PERCENT,
        amount,
        parse_time(begins) if begins else BEGINNING,
        parse_time(ends) if ends else END,
    )


def woocommerce(codes: Iterable[ShopCode]) -> str:
    """A coupon a row. WooCommerce ends a coupon at the first moment of `date_expires`, like `valid_to`.

    WordPress publishes a coupon at `post_date`, so a code does not work before its first day.
    """
    columns = (
        "post_title", "post_excerpt", "post_status", "post_date", "discount_type", "coupon_amount",
        "individual_use", "date_expires",
    )  # fmt: skip
    rows = []
    for code in codes:
        begins = "" if code.begins == BEGINNING else f"{code.begins:%Y-%m-%d %H:%M:%S}"
        kind = "percent" if code.is_percent else "fixed_cart"
        about = f"Influencer {code.influencer_id}"
        rows.append((code.code, about, "publish", begins, kind, code.amount, "yes", _last_day(code.ends)))
    return _csv(columns, rows)


def _last_day(ends: datetime) -> str:
    """The day at whose first moment a coupon ends; one that ends during a day works until it is over."""
    if ends == END:
        return ""
    midnight = ends.replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{midnight if ends == midnight else midnight + timedelta(days=1):%Y-%m-%d}"


def shopify_csv(codes: Iterable[ShopCode]) -> str:
    """A discount a row, for the apps that import discounts."""
    columns = (
        "Title", "Command", "Code", "Discount Type", "Discount Value", "Status", "Starts At", "Ends At",
    )  # fmt: skip
    rows = []
    for code in codes:
        kind = "Percentage" if code.is_percent else "Fixed Amount"
        ends = "" if code.ends == END else _stamp(code.ends)
        begins = "" if code.begins == BEGINNING else _stamp(code.begins)
        title = f"{code.code} ({code.influencer_id})"
        rows.append((title, "NEW", code.code, kind, code.amount, "Active", begins, ends))
    return _csv(columns, rows)


def shopify_jsonl(codes: Iterable[ShopCode]) -> str:
    """Variables for `discountCodeBasicCreate`, one code a line; needs the scope `write_discounts`."""
    lines = []
    for code in codes:
        value: dict[str, object]
        if code.is_percent:
            # The API's percentage is a share of 1.
            value = {"percentage": float(code.value / 100)}
        else:
            value = {"discountAmount": {"amount": code.amount, "appliesOnEachItem": False}}
        discount = {
            "title": f"{code.code} ({code.influencer_id})",
            "code": code.code,
            "startsAt": _stamp(datetime.fromtimestamp(0, UTC) if code.begins == BEGINNING else code.begins),
            "endsAt": None if code.ends == END else _stamp(code.ends),
            "context": {"all": "ALL"},
            "customerGets": {"value": value, "items": {"all": True}},
            "appliesOncePerCustomer": False,
        }
        lines.append(json.dumps({"basicCodeDiscount": discount}, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


# File name and renderer by the name of the shop.
FORMATS: dict[str, tuple[str, Callable[[Iterable[ShopCode]], str]]] = {
    "woocommerce": ("woocommerce-coupons.csv", woocommerce),
    "shopify": ("shopify-discounts.csv", shopify_csv),
    "shopify-api": ("shopify-discounts.jsonl", shopify_jsonl),
}
