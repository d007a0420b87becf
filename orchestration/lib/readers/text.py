"""Values as people read them, and texts from data made harmless: anybody may have written a name."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from orchestration.lib.terminal import plain

NONE = "–"
MINUS = "−"
# Does not part from its number at the end of a line.
PCT = "\u00a0%"
NAME_WIDTH = 40
# What a spreadsheet takes for the beginning of a formula, also in full-width spelling.
_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# Invisible; keeps a page from reading an icon, an emoji or an address into the characters around it.
_WORD_JOINER = "\u2060"
_JOINED = (":", "@", "www")
_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$^&\"'=/")


def name(text: object, width: int = NAME_WIDTH) -> str:
    """A name from data in one line of at most `width` characters; it cannot turn the text around it."""
    line = plain(text, width)
    if not line.isascii() and any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in line):
        return f"{_ISOLATE}{line}{_END_ISOLATE}"
    return line


def markdown(text: object, width: int = NAME_WIDTH) -> str:
    """A name from data for a place that reads Markdown: every character stands for itself."""
    escaped = "".join(f"\\{char}" if char in _MARKDOWN else char for char in name(text, width))
    for mark in _JOINED:
        escaped = re.sub(mark, rf"\g<0>{_WORD_JOINER}", escaped, flags=re.IGNORECASE)
    return escaped


def number(value: Any, places: int = 0) -> str:
    """A number with thousands separators; a dash for none."""
    if value is None:
        return NONE
    shown = f"{value:,.{places}f}"
    # Rounding must not leave a minus before zero.
    return shown.lstrip("-") if not any(char in "123456789" for char in shown) else shown.replace("-", MINUS)


def short(value: Any) -> str:
    """A number in few characters, for tiles: 1,234, 123k, 1.23M."""
    if value is None:
        return NONE
    size = abs(value)
    for limit, divisor, unit in ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e5, 1e3, "k")):
        if size >= limit:
            scaled = float(value) / divisor
            return f"{number(scaled, 0 if abs(scaled) >= 100 else 2)}{unit}"
    return number(value, 0 if size >= 100 or not size or isinstance(value, int) else 2)


def percent(value: Any, places: int = 0, signed: bool = False) -> str:
    """A figure that is in per cent already."""
    if value is None:
        return NONE
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{number(value, places)}{PCT}"


def share(value: Any, places: int = 1) -> str:
    """A share from 0 to 1 in per cent."""
    return NONE if value is None else percent(float(value) * 100, places)


def interval(low: Any, high: Any, unit: str = "") -> str:
    """`low to high`, empty where there is none."""
    if low is None or high is None:
        return ""
    return f"{number(low)} to {number(high)}{unit}"


def day(value: date | datetime | None) -> str:
    """A day such as `3 Jun 2026`."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """A minute in UTC, such as `3 Jun 2026 14:05 UTC`."""
    return NONE if value is None else f"{day(value)} {value:%H:%M} UTC"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV in which no text can become a formula; numbers and times are written as they are."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    # A spreadsheet shows the text after the apostrophe, and takes it for text.
    return f"'{value}" if value.lstrip(" \u00a0")[:1] in _FORMULA and value.strip() else value
