"""CSV that a spreadsheet program opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A cell that begins with one of these is a formula to spreadsheet programs, whatever the quotes.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: str) -> str:
    """The value, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text for people: columns, rows, every cell safe to open."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
