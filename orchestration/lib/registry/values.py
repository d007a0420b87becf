"""How a registry value must look: one parser a kind of column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from orchestration.lib.registry.tables import Kind

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_COUNT = re.compile(r"\d{1,18}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")

# What decimal(18,4) holds: 14 digits before the point, 4 after it.
_LARGEST_MONEY = Decimal(10) ** 14
_MONEY_PLACES = 4


class BadValue(ValueError):
    """A value is not what its column says; the message reads on after the value."""


def parse_date(text: str) -> date:
    """A calendar day, `2026-03-31`."""
    if not _DATE.fullmatch(text):
        raise BadValue("is not a date. Write it as 2026-03-31.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue("is not a day of the calendar.") from None


def parse_time(text: str) -> datetime:
    """An instant in UTC; a day alone is its first moment, a time without an offset is UTC."""
    if not _TIME.fullmatch(text):
        raise BadValue(
            "is not a time. Write it as 2026-03-31, 2026-03-31T18:00:00 or with an offset (+02:00)."
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("is not a time of the calendar.") from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadValue("is outside the calendar.") from None


def parse_money(text: str) -> Decimal:
    """An amount that is not negative, with a point and at most 4 decimals."""
    if not _NUMBER.fullmatch(text):
        raise BadValue("is not a number. Write it as 1234.50, without signs or separators.")
    amount = Decimal(text)
    if amount < 0:
        raise BadValue("is negative. Amounts are 0 or more.")
    if amount >= _LARGEST_MONEY:
        raise BadValue("is too large; 14 digits before the point are the most.")
    if len(text.partition(".")[2]) > _MONEY_PLACES:
        raise BadValue("has more than 4 decimals.")
    return amount


def parse_percent(text: str) -> Decimal:
    """A percentage from 0 to 100, without the sign."""
    if not _NUMBER.fullmatch(text):
        raise BadValue("is not a number. Write 10 for 10 %.")
    share = Decimal(text)
    if not 0 <= share <= 100:
        raise BadValue("is not between 0 and 100.")
    return share


def parse_count(text: str) -> int:
    """A whole number that is not negative."""
    if not _COUNT.fullmatch(text):
        raise BadValue("is not a whole number. Write it as 12000, without separators.")
    return int(text)


def parse_currency(text: str) -> str:
    """A currency's three letters, in capitals."""
    if not _CURRENCY.fullmatch(text):
        raise BadValue("is not a currency code. Write three letters, such as USD.")
    return text.upper()


PARSERS: dict[Kind, Callable[[str], object]] = {
    "date": parse_date,
    "time": parse_time,
    "money": parse_money,
    "percent": parse_percent,
    "count": parse_count,
    "currency": parse_currency,
}
