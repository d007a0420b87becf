"""In which parts a table is written as Parquet, and by what it is known that a part is as it was.

Tables that grow with traffic are written by the month of their time, so that a new day touches the files of
the months that it has rows of, and no other.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.lib.publish.copies import Copied
from orchestration.lib.publish.digests import (
    UNDATED,
    Columns,
    Digest,
    by_month,
    digest_by_day,
    hash_of,
    text_hash,
    time_column,
    total_of,
)
from orchestration.lib.publish.layout import SCHEMA, SHARED_SCHEMA, Layout, Stored
from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.publish.parallel import each
from orchestration.lib.publish.part import WHOLE, Part, file_of, is_growing, rows_of, write_part

# A growing table with fewer rows, or that reads fewer, is one file in its folder.
MONTHLY_FROM = 100_000
# What a fact of credit says of a conversion comes from that conversion's own rows: its journey's touches and
# their credits. So the rows of a month's conversions are all that its month of the fact can depend on.
_CREDITS = re.compile(r"fct_attribution(__\w+)?")
_CONVERSIONS = "int_conversions"
_CONVERSION_KEY = "conversion_key"
_CONVERTED_AT = "converted_at"


# One of the queries that a view puts together, as DuckDB writes it down.
_SELECT = re.compile(rf"\(SELECT (?P<columns>\*|\w+(?:, \w+)*) FROM {SCHEMA}\.(?P<relation>\w+)\)")


@dataclass(frozen=True)
class Earlier:
    """A table of the version before, as its manifest says."""

    columns: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def content_of(parts: Sequence[Part]) -> str:
    """A text that differs when a part does."""
    return text_hash([f"{part.month}={part.content}" for part in parts])


class Parts:
    """The parts of what was copied, and of the views over it, which are worked out where they may differ.

    What was copied has to be committed: several views are worked out at a time. Working a view out is most of
    its cost, so this is done once: the files of its parts that are new come into a folder aside.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        layout: Layout,
        copied: Sequence[Copied],
        earlier: Mapping[str, Earlier],
        folder: Path,
    ) -> None:
        self.connection = connection
        self.layout = layout
        self.copied = {(copy.table.schema, copy.table.name): copy for copy in copied}
        self.earlier = earlier
        self.folder = folder
        self.known: dict[str, tuple[Part, ...]] = {}
        # Facts that are worked out at a time wait for what they all ask, in place of each working it out.
        self.lock = threading.Lock()

    def of(self, name: str) -> tuple[Part, ...]:
        """The parts of a table or view of `marts`."""
        if name not in self.known:
            copy = self.copied.get((SCHEMA, name))
            self.known[name] = self._of_table(copy) if copy else self._of_view(name)
        return self.known[name]

    def all(self) -> dict[str, tuple[Part, ...]]:
        """The parts of every table and view of `marts`."""
        names = sorted(self.layout.kinds)
        # Unions sum up the parts of others.
        single = [name for name in names if not self._union(name, self.columns(name))]
        each(self.connection, lambda _, name: self.of(name), single)
        return {name: self.of(name) for name in names}

    def columns(self, name: str) -> tuple[tuple[str, str], ...]:
        """Names and types of the columns of a table or view of `marts`."""
        return tuple(columns_of(self.connection.cursor(), f"roi.{SCHEMA}.{quoted(name)}"))

    def _of_table(self, copy: Copied) -> tuple[Part, ...]:
        rows = total_of(copy.days.values()).rows
        return _by_digest(copy.days, is_growing(copy.table.name) and rows >= MONTHLY_FROM)

    def _of_view(self, name: str) -> tuple[Part, ...]:
        columns = self.columns(name)
        if union := self._union(name, columns):
            return _sum([self.of(other) for other in union])
        read = self._read_by(name)
        sql = list(self.layout.read_by(name).values())
        is_monthly = is_growing(name) and any(
            total_of(copy.days.values()).rows >= MONTHLY_FROM for copy in read
        )
        contents: dict[str, str] = {}
        if not is_monthly:
            totals = [f"{copy.table.relation}={total_of(copy.days.values()).content}" for copy in read]
            contents = {WHOLE: text_hash([*sql, *totals])}
        elif _CREDITS.fullmatch(name):
            contents = self._credits_by_month(sql, read)
        known = self.earlier.get(name)
        parts = {part.month: part for part in known.parts} if known and known.columns == columns else {}
        same = {
            month: parts[month]
            for month, content in contents.items()
            if month in parts and parts[month].content == content
        }
        if contents and len(same) == len(contents):
            return tuple(part for _, part in sorted(same.items()))
        changed = contents.keys() - same.keys() if is_monthly and contents else {WHOLE}
        new = self._work_out(name, columns, changed, contents, is_monthly, parts)
        return tuple(sorted([*same.values(), *new], key=lambda part: part.month))

    def _work_out(
        self,
        name: str,
        columns: Columns,
        months: Collection[str],
        contents: Mapping[str, str],
        is_monthly: bool,
        known: Mapping[str, Part],
    ) -> list[Part]:
        """Parts of a view, and the files of those that the version before does not have."""
        cursor = self.connection.cursor()
        # All in one pass: a view is worked out for one month about as slowly as for all of them.
        rows, worked_out = rows_of(months, f"roi.{SCHEMA}.{quoted(name)}", columns), "temp.worked_out"
        cursor.execute(f"create or replace temp table worked_out as from {rows}")
        days = digest_by_day(cursor, worked_out, columns, time_column(columns) if is_monthly else None)
        found = by_month(days) if is_monthly else {}
        found = found or {WHOLE: total_of(days.values())}
        if contents and is_monthly:
            found = {month: found.get(month, Digest()) for month in months}
        parts = [Part(month, digest, contents.get(month, digest.content)) for month, digest in found.items()]
        for part in parts:
            if part.digest.rows and known.get(part.month) != part:
                file = self.folder / file_of(name, part.month)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_part(
                    cursor, name, columns, rows_of([part.month], worked_out, columns), file, part.digest
                )
        cursor.execute("drop table temp.worked_out")
        return parts

    def _union(self, name: str, columns: Columns) -> list[str]:
        """The relations of `marts` whose rows are the view's, as they are; none where it is anything else."""
        if (SCHEMA, name) in self.copied:
            return []
        _, _, query = self.layout.views[name].partition(" AS ")
        selects = [
            _SELECT.fullmatch(text) for text in re.split(r"\s*UNION ALL\s*", query.strip().rstrip(";"))
        ]
        names = ", ".join(column for column, _ in columns)
        found = [select["relation"] for select in selects if select and select["columns"] in (names, "*")]
        is_union = len(found) == len(selects) and all(
            other in self.layout.kinds and self.columns(other) == columns for other in found
        )
        return found if is_union else []

    def _read_by(self, view: str) -> list[Copied]:
        named = set(re.findall(r"\w+", " ".join(self.layout.read_by(view).values())))
        return [copy for (_, name), copy in sorted(self.copied.items()) if name in named]

    def _credits_by_month(self, sql: list[str], read: list[Copied]) -> dict[str, str]:
        """The contents of a fact's months; none where the tables that it reads do not say them."""
        months: dict[str, list[str]] = {}
        timeless = []
        for copy in read:
            with self.lock:
                digests = self._by_conversion(copy.table.schema, copy.table.name)
            if digests is None:
                timeless.append(f"{copy.table.relation}={total_of(copy.days.values()).content}")
                continue
            for month, digest in digests.items():
                months.setdefault(month, []).append(f"{copy.table.relation}={digest.content}")
        return {month: text_hash([*sql, *timeless, *parts]) for month, parts in months.items()}

    @functools.cache  # noqa: B019 - lives as long as one publish
    def _by_conversion(self, schema: str, name: str) -> dict[str, Digest] | None:
        """A table's digests by the month of the conversion that a row belongs to; None if it has none."""
        table = self.copied[schema, name].table
        column = _month_column(table)
        if column is None:
            return None
        relation = f"roi.{table.relation}"
        if column == _CONVERTED_AT:
            return by_month(digest_by_day(self.connection.cursor(), relation, table.columns, column))
        if (SHARED_SCHEMA, _CONVERSIONS) not in self.copied:
            return None
        cursor = self.connection.cursor().execute(
            f"select coalesce(day::varchar, {literal(UNDATED)}), count(*), sum(row_hash) from ("
            f"select {_CONVERSION_KEY}, {hash_of(table.columns)} as row_hash from {relation}) as rows "
            f"left join (select {_CONVERSION_KEY}, {_CONVERTED_AT}::date as day "
            f"from roi.{SHARED_SCHEMA}.{_CONVERSIONS}) as conversions using ({_CONVERSION_KEY}) group by 1"
        )
        return by_month({day: Digest(count, int(total)) for day, count, total in cursor.fetchall()})


def _month_column(table: Stored) -> str | None:
    names = {name for name, _ in table.columns}
    if table.name == _CONVERSIONS or _CONVERSION_KEY not in names:
        return _CONVERTED_AT if _CONVERTED_AT in names else None
    return _CONVERSION_KEY


def _sum(tables: Sequence[tuple[Part, ...]]) -> tuple[Part, ...]:
    months: dict[str, list[Part]] = {}
    for part in (part for parts in tables for part in parts):
        months.setdefault(part.month, []).append(part)
    return tuple(
        Part(month, total_of([part.digest for part in parts]), text_hash([part.content for part in parts]))
        for month, parts in sorted(months.items())
    )


def _by_digest(days: dict[str, Digest], is_monthly: bool) -> tuple[Part, ...]:
    months = by_month(days) if is_monthly else {}
    if not months:
        months = {WHOLE: total_of(days.values())}
    return tuple(Part(month, digest, digest.content) for month, digest in sorted(months.items()))
