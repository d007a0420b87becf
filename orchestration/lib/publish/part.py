"""A part of a published table: the rows that share a Parquet file, and that file."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.lib.publish.digests import (
    UNDATED,
    Columns,
    Digest,
    digest_of,
    refuse_difference,
    time_column,
)
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal, quoted

# One folder a table, whatever its size, so that nobody's paths change when it grows.
_GROWING = re.compile(
    r"fct_(sessions|conversions|journeys|attribution(__\w+)?)|mart_(customer_journeys|influencer_roi_daily)"
)
# The part that is everything.
WHOLE = "all"
_UNSAFE = re.compile(r"[^\w.-]")
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Part:
    """Rows of a table that share a file.

    Attributes:
        month: such as `2026-03`, or `all`.
        content: differs when the rows do.
    """

    month: str
    digest: Digest
    content: str


def is_growing(name: str) -> bool:
    """Whether a table is a folder of files."""
    return _GROWING.fullmatch(name) is not None


def file_of(key: str, month: str) -> str:
    """The name of a part's file in a version's folder, by its table's `BuiltTable.key` and its month."""
    name, part = (_UNSAFE.sub("_", text) for text in (key, month))
    return f"{name}/{part or 'undated'}.parquet" if is_growing(key) else f"{name}.parquet"


def rows_of(months: Collection[str], relation: str, columns: Columns) -> str:
    """The SQL of the rows of some parts, by their months, to select from."""
    column = time_column(columns)
    if WHOLE in months or column is None:
        return relation
    return f"(from {relation} where {' or '.join(_is_in(month, column) for month in sorted(months))})"


def _is_in(month: str, column: str) -> str:
    if month == UNDATED:
        return f"({quoted(column)} is null)"
    if not _MONTH.fullmatch(month):
        return f"({quoted(column)}::date = {literal(month)}::date)"
    start = f"date '{month}-01'"
    return f"({quoted(column)} >= {start} and {quoted(column)} < {start} + interval 1 month)"


def write_part(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Columns,
    rows: str,
    file: Path,
    digest: Digest,
    is_exact: bool = True,
) -> None:
    """Writes rows as a Parquet file, and reads it again.

    Args:
        connection: where the rows can be read.
        name: the table's, for messages.
        columns: what the rows have.
        rows: the SQL of a relation.
        file: a new one.
        digest: what the rows were known by.
        is_exact: False where the rows are worked out anew each time, and a floating sum may differ then.

    Raises:
        PublishError: the file differs from the rows.
        duckdb.Error: it cannot be written.
    """
    place = literal(str(file))
    # Ids are random text, and money is short: higher levels take longer for files of the same size.
    options = "format parquet, compression zstd, compression_level 1"
    connection.execute(f"copy (from {rows}) to {place} ({options})")
    written = f"read_parquet({place})"
    if (found := columns_of(connection, f"(from {written})")) != list(columns):
        changed = sorted(set(columns) - set(found))
        raise PublishError(f"{name} cannot be written as Parquet without changing the types of {changed}.")
    found_digest = digest_of(connection, written, columns)
    if found_digest == digest or (not is_exact and found_digest == digest_of(connection, rows, columns)):
        return
    refuse_difference(connection, name, file.name, columns, (rows, written), is_exact)
