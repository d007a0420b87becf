"""Builds the published database: a copy of the warehouse's `marts`, and what the run says of itself."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from orchestration import __version__
from orchestration.lib.publish.changes import write_changes
from orchestration.lib.publish.copies import (
    copy_comments,
    copy_table,
    copy_views,
    make_room,
    verify,
)
from orchestration.lib.publish.digests import Digest, digest_of, total_of
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts, create_table, document, write_facts
from orchestration.lib.publish.layout import SCHEMA, SHARED_SCHEMA, read_layout
from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.publish.parallel import each
from orchestration.lib.publish.part import WHOLE, Part
from orchestration.lib.publish.parts import Earlier, Parts
from orchestration.lib.publish_options import PublishOptions

META_SCHEMA = "published"
RUN_TABLE = "published_run"
# Grows when a published column goes or changes its meaning, so that readers can say what is too old.
SCHEMA_VERSION = 1
# The oldest DuckDB that can open the published file; BI drivers lag behind.
READABLE_FROM = "v1.5.0"
# A file of which more than this share is free space is written anew.
FREE_SHARE = 0.5

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
    """A table of the new file: its columns (name, DuckDB type), and the parts that its rows are in.

    Attributes:
        schema: `marts`, or `published` for what the run says of itself.
    """

    name: str
    kind: str
    columns: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    schema: str = SCHEMA

    @property
    def key(self) -> str:
        """A name for files and lists: that of the table, for other schemas than `marts` with the schema's."""
        return self.name if self.schema == SCHEMA else f"{self.schema}.{self.name}"

    @property
    def digest(self) -> Digest:
        """That of all rows."""
        return total_of([part.digest for part in self.parts])

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.digest.rows

    @property
    def relation(self) -> str:
        """The table's name in the connection of `Built`."""
        return f"roi.{self.schema}.{quoted(self.name)}"


@dataclass(frozen=True)
class Built:
    """The new file, attached read-only as `roi`, with the tables of its schema `marts`.

    Attributes:
        about: what the run says of itself: `marts.published_run` and the schema `published`.
        files: a folder of Parquet files of views, which were written where they were worked out.
    """

    connection: duckdb.DuckDBPyConnection
    tables: tuple[BuiltTable, ...]
    about: tuple[BuiltTable, ...]
    files: Path


@contextlib.contextmanager
def build(
    warehouse: Path,
    file: Path,
    stamp: Stamp,
    facts: RunFacts,
    options: PublishOptions,
    earlier: Mapping[str, Earlier] | None = None,
) -> Iterator[Built]:
    """Builds and verifies the file, and hands it over open, so that it can be copied further.

    Args:
        file: a new one, or a copy of the one that was published before, of which unchanged rows stay.
        earlier: what is known of the tables of the version before; none where nothing is.

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
        # Trying them on every column takes time, and the file is as large without them.
        connection.execute("set disabled_compression_methods = 'fsst,zstd'")
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        layout = read_layout(connection)
        if not layout.kinds:
            raise PublishError(f"The warehouse has no tables in the schema {SCHEMA}. Run `make run` first.")
        connection.execute(f"attach {literal(str(file))} as roi (storage_version '{READABLE_FROM}')")
        # Two flushes to the disk instead of one a statement.
        connection.execute("begin")
        connection.execute(f"drop schema if exists roi.{META_SCHEMA} cascade")
        make_room(connection, layout)
        connection.execute("set preserve_insertion_order = false")
        copied = [copy_table(connection, table) for table in layout.stored]
        connection.execute("set preserve_insertion_order = true")
        copy_views(connection, layout)
        copy_comments(connection, layout)
        connection.execute("commit")
        files = file.with_name("views")
        # Those of a try that failed.
        shutil.rmtree(files, ignore_errors=True)
        parts = Parts(connection, layout, copied, earlier or {}, files)
        built = [
            BuiltTable(name, layout.kinds[name], parts.columns(name), rows)
            for name, rows in parts.all().items()
        ]
        connection.execute("begin")
        _write_run(connection, stamp, facts)
        connection.execute(f"create schema roi.{META_SCHEMA}")
        write_facts(connection, f"roi.{META_SCHEMA}", facts)
        write_changes(connection, f"roi.{META_SCHEMA}")
        _write_tables(connection, built)
        connection.execute("commit")
        # Detached and attached again: what is verified is what is on the disk.
        connection.execute("use memory")
        connection.execute("detach roi")
        connection.execute(f"attach {literal(str(file))} as roi (read_only)")
        each(connection, verify, [table for table in copied if table.is_changed])
        names = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'roi' and schema_name = ? order by 1",
            [META_SCHEMA],
        ).fetchall()
        about = [_own(connection, SCHEMA, RUN_TABLE)]
        about += [_own(connection, META_SCHEMA, name) for (name,) in names]
        yield Built(connection, tuple(built), tuple(about), files)


def is_usable(file: Path) -> bool:
    """Whether a published file is one that a copy can go on from, with less work than a new one."""
    with contextlib.suppress(duckdb.Error), duckdb.connect(str(file), read_only=True) as connection:
        runs = connection.execute(
            f"select schema_version, duckdb_version from {SCHEMA}.{RUN_TABLE}"
        ).fetchall()
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() where not internal"
        ).fetchall()
        ((is_dense,),) = connection.execute(
            "select free_blocks <= ? * total_blocks from pragma_database_size() "
            "where database_name = current_database()",
            [FREE_SHARE],
        ).fetchall()
        ours = {(SCHEMA,), (SHARED_SCHEMA,), (META_SCHEMA,)}
        return runs == [(SCHEMA_VERSION, _version("duckdb"))] and ours.issuperset(schemas) and is_dense
    return False


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


def _write_tables(connection: duckdb.DuckDBPyConnection, built: list[BuiltTable]) -> None:
    rows = [(RUN_TABLE, "table", 1), *((table.name, table.kind, table.rows) for table in built)]
    schema = f"roi.{META_SCHEMA}"
    create_table(connection, schema, "tables", "name varchar, kind varchar, rows bigint", sorted(rows))
    document(connection, schema, _TABLES_DOCUMENTED)


def _own(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> BuiltTable:
    """A table that only the new file has."""
    relation = f"roi.{schema}.{quoted(name)}"
    columns = columns_of(connection, relation)
    digest = digest_of(connection, relation, columns)
    return BuiltTable(name, "table", tuple(columns), (Part(WHOLE, digest, digest.content),), schema)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
