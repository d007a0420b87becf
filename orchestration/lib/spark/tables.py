"""Spark's tables as DuckDB reads them: the Parquet files in their folders on the shared path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.spark.errors import SparkError

# The partition of incremental tables: how they are stored, and nobody's data.
BUCKET = "bucket_of_"
_DUCKDB_TYPES = {"string": "varchar", "float": "real"}


@dataclass(frozen=True)
class Description:
    """What Spark says of a table or view.

    Attributes:
        columns: name and type of each, the types as DuckDB calls them, without the bucket.
        location: the address of a table's folder; None for a view.
        view_text: a view's query; None for a table.
    """

    columns: tuple[tuple[str, str], ...]
    location: str | None
    view_text: str | None


def describe(cursor: Any, name: str) -> Description:
    """Describes a table or view by its name with its schema."""
    cursor.execute(f"describe table extended {name}")
    rows = cursor.fetchall()
    columns: list[tuple[str, str]] = []
    for column, kind, _ in rows:
        # An empty line, or one with `#`, ends the columns.
        if not column or column.startswith("#"):
            break
        columns.append((column, _DUCKDB_TYPES.get(kind, kind)))
    properties = {column: value for column, value, _ in rows[len(columns) :]}
    data = tuple((column, kind) for column, kind in columns if not column.startswith(BUCKET))
    return Description(data, properties.get("Location") or None, properties.get("View Text"))


def select_table(cursor: Any, name: str) -> str:
    """A DuckDB query for the rows of a Spark table, typed as the table says; instants are naive UTC.

    Raises:
        SparkError: the table's files are not in a folder that this machine can read.
    """
    details = describe(cursor, name)
    if not details.location or not details.location.startswith("file:"):
        raise SparkError(
            f"{name} lies at {details.location}, which this machine cannot read: mount it, and let "
            "ROI_SPARK_PATH be where it is mounted."
        )
    return select_files(details.columns, Path("/" + details.location.removeprefix("file:").lstrip("/")))


def select_files(columns: Sequence[tuple[str, str]], folder: Path) -> str:
    """A DuckDB query for the rows of the Parquet files below a folder."""
    files = sorted(file for file in folder.rglob("*.parquet") if not _is_hidden(file.relative_to(folder)))
    if not files:
        empty = ", ".join(f"null::{kind} as {quoted(column)}" for column, kind in columns)
        return f"select {empty} where false"
    typed = ", ".join(f"{_typed(column, kind)} as {quoted(column)}" for column, kind in columns)
    listed = ", ".join(literal(str(file)) for file in files)
    return f"select {typed} from read_parquet([{listed}], hive_partitioning = true)"


def _typed(column: str, kind: str) -> str:
    if kind == "timestamp":
        return f"timezone('UTC', {quoted(column)}::timestamptz)"
    return f"{quoted(column)}::{kind}"


def _is_hidden(file: Path) -> bool:
    """Spark's own rule: what begins with `_` or `.` is being written or is no data."""
    return any(part.startswith(("_", ".")) for part in file.parts)
