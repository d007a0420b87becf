"""Currencies and discounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.model import Finding, Registry, Row, Sheet
from orchestration.lib.registry.values import BadValue, parse_currency, parse_date, parse_money

PERCENT = ("percent", "percentage", "pct", "%")
FIXED = ("fixed", "fixed_amount", "amount", "fixed_cart")


def _foreign(registry: Registry, context: LintContext) -> Iterator[tuple[Sheet, Row, str, str | None]]:
    """Fees and costs in another currency than the reporting one, with the day at which they convert."""
    joined = Joined(registry)
    for table, column in (("partnerships", "fee"), ("costs", "amount")):
        sheet = registry.get(table)
        for row in sheet.rows if sheet else ():
            amount, currency = row.get(column), row.get("currency")
            try:
                if sheet is None or amount is None or currency is None or not parse_money(amount):
                    continue
                code = parse_currency(currency)
            except BadValue:
                continue
            if code == context.reporting_currency:
                continue
            campaign = joined.related(row, "campaigns")
            day = (
                campaign.get("starts_on") if campaign and table == "partnerships" else row.get("incurred_on")
            )
            yield sheet, row, code, day


def currency_without_rates(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """A fee or cost in a currency that has no exchange rates: it cannot be added to the others."""
    rates = context.rates
    if rates is None:
        return
    for sheet, row, currency, _ in _foreign(registry, context):
        if not rates.knows(currency):
            message = (
                f"{sheet.table.key} {row.get(sheet.table.key)} is in {currency}, which has no exchange rates."
            )
            mend = (
                f"Add a column {currency.lower()} to seeds/reference/fx_rates.csv, or use another currency."
            )
            yield context.finding("currency_without_rates", sheet, row, message, mend)


def rate_missing_on_day(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """A fee or cost whose currency has no rate on its day or in the week before it, or that has no day."""
    rates = context.rates
    if rates is None:
        return
    for sheet, row, currency, text in _foreign(registry, context):
        try:
            day = parse_date(text) if text else None
        except BadValue:
            continue
        name = f"{sheet.table.key} {row.get(sheet.table.key)} is in {currency}"
        if not rates.knows(currency) or (day and rates.covers(currency, day)):
            continue
        if day is None:
            message = f"{name} and has no day to convert it at."
            mend = "Give its campaign a start (starts_on), or write the fee as a cost with its day."
        else:
            message = f"{name}, which has no exchange rate on {day} or in the week before it."
            mend = "Bring seeds/reference/fx_rates.csv up to date."
        yield context.finding("rate_missing_on_day", sheet, row, message, mend)


def discounts(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """What a code gives: a percentage of at most 100 or an amount, never nothing."""
    sheet = registry.get("promo_codes")
    for row in sheet.rows if sheet else ():
        if sheet is None:
            return
        kind, text = (row.get("discount_type") or "").lower(), row.get("discount_value")
        code = f"code {row.get('promo_code')}"
        try:
            value = parse_money(text) if text else None
        except BadValue:
            continue
        if kind and kind not in (*PERCENT, *FIXED):
            message = f"{code} has the discount_type {kind!r}; known are percent and fixed."
            yield context.finding("discounts", sheet, row, message, "Write percent or fixed.")
        elif kind in PERCENT and value is not None and value > Decimal(100):
            message = f"{code} gives {value} percent."
            yield context.finding("discounts", sheet, row, message, "A percentage is at most 100.")
