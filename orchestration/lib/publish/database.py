"""Builds the published database: a copy of the warehouse's `marts`, and what the run says of itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from orchestration import __version__
from orchestration.lib.publish.changes import write_changes
from orchestration.lib.publish.copies import (
    SCHEMA,
    SHARED_SCHEMA,
    copy_comments,
    copy_shared,
    copy_tables,
    copy_views,
    published_columns,
    view_content,
)
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts, create_table, document, write_facts
from orchestration.lib.publish.measures import Measures, columns_of, compare, content_of, measures_of, sums_of
from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.publish_options import PublishOptions

META_SCHEMA = "published"
RUN_TABLE = "published_run"
# Grows when a published column goes or changes its meaning, so that readers can say what is too old.
SCHEMA_VERSION = 1
# The oldest DuckDB that can open the published file; BI drivers lag behind.
READABLE_FROM = "v1.5.0"

_RUN_DOCUMENTED = (
    (
        RUN_TABLE,
        "One row: the run that published this, when (UTC), as which version, with which settings.",
        {
            "run_id": "Id of the run.",
            "published_at": "When it was published (UTC).",
            "version": "Number of the version; it grows by one.",
            "schema_version": "Grows when a published column goes or changes its meaning.",
            "project_version": "Version of this project.",
            "duckdb_version": "Version of DuckDB that wrote it.",
            "dbt_version": "Version of dbt that built it.",
            "reporting_currency": "Currency of all money.",
            "reporting_timezone": "Time zone of days and months; times of day are UTC.",
            "attribution_window_hours": "How long before a conversion a touch counts, in hours.",
        },
    ),
)
_TABLES_DOCUMENTED = (
    (
        "tables",
        f"One row a table or view of the schema {SCHEMA}.",
        {"name": "Its name.", "kind": "table or view.", "rows": "How many rows it has."},
    ),
)

# What the page of a reader says beside every figure; null where the run did not name it.
_RUN_SETTINGS = {
    "reporting_currency": "varchar",
    "reporting_timezone": "varchar",
    "attribution_window_hours": "double",
}


@dataclass(frozen=True)
class PublishedTable:
    """A table or view of the published file."""

    name: str
    kind: str
    rows: int


@dataclass(frozen=True)
class Stamp:
    """Which version this is: a number that grows by one, and when it was made (UTC, naive)."""

    number: int
    published_at: datetime

    @property
    def folder(self) -> str:
        """The version's name in the folder of versions, such as `000012-20260314T050102Z`."""
        return f"{self.number:06d}-{self.published_at:%Y%m%dT%H%M%S}Z"


@dataclass(frozen=True)
class BuiltTable:
    """A table of the new file: its columns (name, DuckDB type), and what was measured of it.

    Attributes:
        content: differs when the rows differ, in whatever order they are, or DuckDB's version does.
        schema: `marts`, or `published` for what the run says of itself.
    """

    name: str
    kind: str
    columns: tuple[tuple[str, str], ...]
    measures: Measures
    measured: tuple[Any, ...]
    content: str
    schema: str = SCHEMA

    @property
    def key(self) -> str:
        """A name for files and lists: that of the table, for other schemas than `marts` with the schema's."""
        return self.name if self.schema == SCHEMA else f"{self.schema}.{self.name}"

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.measured[0])

    @property
    def relation(self) -> str:
        """The table's name in the connection of `Built`."""
        return f"roi.{self.schema}.{quoted(self.name)}"


@dataclass(frozen=True)
class Built:
    """The new file, attached read-only as `roi`, with the tables of its schema `marts`.

    Attributes:
        about: what the run says of itself: `marts.published_run` and the schema `published`.
    """

    connection: duckdb.DuckDBPyConnection
    tables: tuple[BuiltTable, ...]
    about: tuple[BuiltTable, ...]


@contextlib.contextmanager
def build(
    warehouse: Path, file: Path, stamp: Stamp, facts: RunFacts, options: PublishOptions
) -> Iterator[Built]:
    """Builds and verifies the new file, and hands it over open, so that it can be copied further.

    Raises:
        PublishError: there is nothing to publish, or the copy differs from the warehouse.
        duckdb.Error: it cannot be read or written.
    """
    with duckdb.connect() as connection:
        connection.execute("set autoinstall_known_extensions = false")
        # An in-memory database would spill into the current folder.
        connection.execute(f"set temp_directory = {literal(str(file.with_name('spill')))}")
        if options.memory_limit:
            connection.execute(f"set memory_limit = {literal(options.memory_limit)}")
        if options.threads:
            connection.execute(f"set threads = {options.threads}")
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {literal(str(file))} as roi (storage_version '{READABLE_FROM}')")
        connection.execute(f"create schema roi.{SCHEMA}")
        shared = copy_shared(connection)
        kinds = copy_tables(connection) | copy_views(connection)
        if not kinds:
            raise PublishError(f"The warehouse has no tables in the schema {SCHEMA}. Run `make run` first.")
        views = {name: _view(connection, name) for name, kind in kinds.items() if kind == "view"}
        # One flush to the disk instead of one a statement.
        connection.execute("begin")
        copy_comments(connection, kinds)
        _write_run(connection, stamp, facts)
        connection.execute(f"create schema roi.{META_SCHEMA}")
        write_facts(connection, f"roi.{META_SCHEMA}", facts)
        write_changes(connection, f"roi.{META_SCHEMA}")
        _write_tables(connection, kinds, views)
        connection.execute("commit")
        # Detached and attached again: what is verified is what is on the disk.
        connection.execute("use memory")
        connection.execute("detach roi")
        connection.execute(f"attach {literal(str(file))} as roi (read_only)")
        contents = {}
        for name in shared:
            relation = f"{SHARED_SCHEMA}.{quoted(name)}"
            _verify(connection, relation, name, published_columns(connection, relation))
            contents[name] = content_of(connection, f"roi.{relation}")
        built = [_table(connection, name) for name, kind in sorted(kinds.items()) if kind == "table"]
        contents |= {table.name: table.content for table in built}
        built += [
            replace(view, content=view_content(connection, name, contents)) for name, view in views.items()
        ]
        names = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'roi' and schema_name = ? order by 1",
            [META_SCHEMA],
        ).fetchall()
        about = [_own(connection, SCHEMA, RUN_TABLE)]
        about += [_own(connection, META_SCHEMA, name) for (name,) in names]
        yield Built(connection, tuple(sorted(built, key=lambda table: table.name)), tuple(about))


def _write_run(connection: duckdb.DuckDBPyConnection, stamp: Stamp, facts: RunFacts) -> None:
    place = f"roi.{SCHEMA}.{RUN_TABLE}"
    settings = ", ".join(f"{name} {kind}" for name, kind in _RUN_SETTINGS.items())
    connection.execute(
        f"create table {place} (run_id varchar, published_at timestamp, version bigint, "
        f"schema_version bigint, project_version varchar, duckdb_version varchar, "
        f"dbt_version varchar, {settings})"
    )
    values = [
        *(facts.run_id, stamp.published_at, stamp.number, SCHEMA_VERSION),
        *(__version__, _version("duckdb"), _version("dbt-core")),
        *(facts.settings.get(name) for name in _RUN_SETTINGS),
    ]
    connection.execute(f"insert into {place} values ({', '.join('?' for _ in values)})", values)
    document(connection, f"roi.{SCHEMA}", _RUN_DOCUMENTED)


def _write_tables(
    connection: duckdb.DuckDBPyConnection, kinds: dict[str, str], views: dict[str, BuiltTable]
) -> None:
    rows = [(RUN_TABLE, "table", 1)]
    for name, kind in kinds.items():
        if kind == "view":
            rows.append((name, kind, views[name].rows))
        else:
            ((count,),) = connection.execute(f"select count(*) from roi.{SCHEMA}.{quoted(name)}").fetchall()
            rows.append((name, kind, count))
    schema = f"roi.{META_SCHEMA}"
    create_table(connection, schema, "tables", "name varchar, kind varchar, rows bigint", sorted(rows))
    document(connection, schema, _TABLES_DOCUMENTED)


def _view(connection: duckdb.DuckDBPyConnection, name: str) -> BuiltTable:
    """A view is the warehouse's own SQL over tables that are compared, so rows and sums are enough."""
    relation = f"roi.{SCHEMA}.{quoted(name)}"
    columns = columns_of(connection, relation)
    measures = sums_of(columns)
    found = connection.execute(measures.select(relation)).fetchall()[0]
    return BuiltTable(name, "view", tuple(columns), measures, found, "")


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> BuiltTable:
    """The table as it is on the disk; its rows, filled values and sums equal the warehouse's."""
    relation = f"{SCHEMA}.{quoted(name)}"
    columns = columns_of(connection, f"warehouse.{relation}")
    measured = _verify(connection, relation, name, columns)
    return BuiltTable(name, "table", tuple(columns), *measured, content_of(connection, f"roi.{relation}"))


def _own(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> BuiltTable:
    """A table that only the new file has."""
    relation = f"roi.{schema}.{quoted(name)}"
    columns = columns_of(connection, relation)
    measures = measures_of(columns)
    measured = connection.execute(measures.select(relation)).fetchall()[0]
    content = content_of(connection, relation)
    return BuiltTable(name, "table", tuple(columns), measures, measured, content, schema)


def _verify(
    connection: duckdb.DuckDBPyConnection, relation: str, name: str, columns: list[tuple[str, str]]
) -> tuple[Measures, tuple[Any, ...]]:
    measures = measures_of(columns)
    expected, found = (
        connection.execute(measures.select(f"{catalog}.{relation}")).fetchall()[0]
        for catalog in ("warehouse", "roi")
    )
    compare(name, "the database file", measures, expected, found)
    return measures, found


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
