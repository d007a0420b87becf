"""Spark's tables as DuckDB reads them: the Parquet files in their folders at the shared place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.store import FolderStore, Store

# The partitions of incremental tables, a day or a bucket: how they are stored, and nobody's data.
_PARTITIONS = ("bucket_of_", "day_of_row")
_DUCKDB_TYPES = {"string": "varchar", "float": "real"}


@dataclass(frozen=True)
class Description:
    """What Spark says of a table or view.

    Attributes:
        columns: name and type of each, the types as DuckDB calls them, without the partition.
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
    data = tuple((column, kind) for column, kind in columns if not column.startswith(_PARTITIONS))
    return Description(data, properties.get("Location") or None, properties.get("View Text"))


class Tables:
    """Spark's tables as queries of DuckDB; copies of an object store's files live as long as this does.

    Use `read_tables`.
    """

    def __init__(self, place: SparkPlace, cursor: Any, aside: Path) -> None:
        self._place, self._cursor, self._aside = place, cursor, aside

    def select(self, name: str) -> str:
        """A query for the rows of a table, typed as the table says; instants are naive UTC.

        Raises:
            SparkError: the table's files lie where this machine cannot read.
        """
        details = describe(self._cursor, name)
        location = details.location or "nowhere"
        shared = self._place.address() + "/"
        if location.startswith(shared):
            return self.select_folder(details.columns, location.removeprefix(shared))
        if not location.startswith("file:"):
            raise SparkError(
                f"{name} lies at {location}, which is not below ROI_SPARK_PATH, {self._place.address()}: "
                "build it anew (--full-refresh), or name the place where it was built."
            )
        folder = Path("/" + location.removeprefix("file:").lstrip("/"))
        return select_files(details.columns, self._data_files(FolderStore(folder), ""))

    def select_folder(self, columns: Sequence[tuple[str, str]], folder: str) -> str:
        """A query for the rows of the Parquet files below a folder of the shared place."""
        return select_files(columns, self._data_files(self._place.store, folder))

    def _data_files(self, store: Store, folder: str) -> list[Path]:
        """Spark's own rule: what begins with `_` or `.` is being written or is no data."""
        below = f"{folder}/" if folder else ""
        names = [
            name
            for name in store.files(folder)
            if name.endswith(".parquet") and not _is_hidden(name.removeprefix(below))
        ]
        return store.local(names, self._aside)


@contextmanager
def read_tables(place: SparkPlace, cursor: Any) -> Iterator[Tables]:
    """Reads tables; what had to be copied to be read is removed at the end."""
    with place.store.aside() as aside:
        yield Tables(place, cursor, aside)


def select_files(columns: Sequence[tuple[str, str]], files: Sequence[Path]) -> str:
    """A DuckDB query for the rows of Parquet files."""
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


def _is_hidden(name: str) -> bool:
    return any(part.startswith(("_", ".")) for part in name.split("/"))
