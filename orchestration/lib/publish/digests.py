"""What rows are known by: how many there are and the sum of their hashes, a day or a month.

Equal digests, equal rows, in whatever order they are. A row's hash is DuckDB's own, so digests of two
versions of DuckDB say nothing of each other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.measures import compare, measures_of
from orchestration.lib.publish.names import literal, quoted

Columns = Sequence[tuple[str, str]]
# Of rows without a time, and of tables without one.
UNDATED = ""
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Digest:
    """Rows, and the sum of their hashes."""

    rows: int = 0
    total: int = 0

    def __add__(self, other: Digest) -> Digest:
        return Digest(self.rows + other.rows, self.total + other.total)

    @property
    def content(self) -> str:
        """The digest as a text that differs between versions of DuckDB as well."""
        return f"{duckdb.__version__}:{self.rows}:{self.total}"


def time_column(columns: Columns) -> str | None:
    """The column that says when a row happened: the first time without a zone, else the first date."""
    for wanted in ("TIMESTAMP", "DATE"):
        for name, kind in columns:
            if kind == wanted:
                return name
    return None


def hash_of(columns: Columns) -> str:
    """The SQL of a row's hash."""
    return f"hash({', '.join(quoted(name) for name, _ in columns)})"


def day_of(column: str | None) -> str:
    """The SQL of a row's day, such as `2026-03-14`; what is infinite has no month, but a day of its own."""
    return f"{quoted(column)}::date" if column else "null::date"


def is_of(column: str | None, days: Collection[str]) -> str:
    """The SQL condition of rows of these days."""
    if not column:
        return "true"
    dated = sorted(day for day in days if day != UNDATED)
    parts = []
    if dated:
        parts = [f"{quoted(column)}::date in ({', '.join(f'{literal(day)}::date' for day in dated)})"]
        if all(_PLAIN_DAY.fullmatch(day) for day in dated):
            # Days in order of the calendar. DuckDB skips blocks by such bounds, and never by the list.
            first, last = (f"{literal(day)}::date" for day in (dated[0], dated[-1]))
            bounds = f"{quoted(column)} >= {first} and {quoted(column)} < {last} + interval 1 day"
            parts = [f"({bounds} and {parts[0]})"]
    parts += [f"{quoted(column)} is null"] if UNDATED in days else []
    return f"({' or '.join(parts) or 'false'})"


def digest_by_day(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Columns, column: str | None
) -> dict[str, Digest]:
    """The digests of a relation's rows by the days of a column; one scan."""
    rows = connection.execute(
        f"select coalesce(day::varchar, {literal(UNDATED)}), rows, total from ("
        f"select {day_of(column)} as day, count(*) as rows, sum({hash_of(columns)}) as total "
        f"from {relation} group by 1)"
    ).fetchall()
    return {day: Digest(count, int(total)) for day, count, total in rows}


def digest_of(connection: duckdb.DuckDBPyConnection, relation: str, columns: Columns) -> Digest:
    """The digest of all rows of a relation."""
    return total_of(digest_by_day(connection, relation, columns, None).values())


def total_of(digests: Collection[Digest]) -> Digest:
    """All of them as one."""
    return sum(digests, Digest())


def by_month(days: dict[str, Digest]) -> dict[str, Digest]:
    """The digests of months, such as `2026-03`."""
    months: dict[str, Digest] = {}
    for day, digest in days.items():
        month = month_of(day)
        months[month] = months.get(month, Digest()) + digest
    return months


def month_of(day: str) -> str:
    """The month of a day; that of a day beyond the calendar is the day itself."""
    is_plain = len(day) == len("2026-03-14") and day[4] == "-"
    return day[:7] if is_plain else day


def text_hash(parts: Sequence[str]) -> str:
    """A hash of texts, in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def refuse_difference(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    columns: Columns,
    sides: tuple[str, str],
    is_exact: bool = True,
) -> None:
    """Says by which measure the two sides of a copy differ, whose digests differ.

    Args:
        connection: where both sides can be read.
        table: the table's name.
        where: the place of the copy.
        columns: what both have.
        sides: the relation that was copied, and its copy.
        is_exact: False where the first side is calculated anew each time, and a floating sum may differ then.

    Raises:
        PublishError: they differ.
    """
    measures = measures_of(columns)
    expected, found = (connection.execute(measures.select(side)).fetchall()[0] for side in sides)
    compare(table, where, measures, expected, found)
    if is_exact or not any(_has_floats(kind) for _, kind in columns):
        raise PublishError(
            f"{table} differs from the warehouse after copying to {where}: its rows have other hashes. "
            "The version published before is unchanged; run again."
        )


def _has_floats(kind: str) -> Any:
    return "DOUBLE" in kind or "FLOAT" in kind
