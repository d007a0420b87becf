"""Publishes the schema `marts` of the warehouse as a database of its own that readers open at any time.

The new file is built aside, compared with the warehouse, written through to the disk and renamed over the old
one: a reader sees the old version or the new one, never half of one, and a crash leaves the old one.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from orchestration import __version__

SCHEMA = "marts"
RUN_TABLE = "published_run"
# The oldest DuckDB that can open the published file; BI drivers lag behind.
READABLE_FROM = "v1.5.0"
# Sums of doubles depend on the order of adding.
FLOAT_TOLERANCE = 1e-9

# dbt's work tables, which a killed run leaves behind.
NOT_TEMPORARY = "not contains({}, '__dbt_')"

_SUMMED_TYPES = re.compile(r"(DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|TINYINT|SMALLINT|INTEGER|BIGINT)$")
_FLOAT_TYPES = re.compile(r"(DOUBLE|FLOAT)$")


class PublishError(RuntimeError):
    """Nothing was published and the old file is as it was; the message says why."""


@dataclass(frozen=True)
class PublishedTable:
    """A table or view of the published file."""

    name: str
    kind: str
    rows: int


@dataclass(frozen=True)
class PublishReport:
    """What was published: where, as which run, how much and how long it took (seconds)."""

    path: Path
    run_id: str
    tables: tuple[PublishedTable, ...]
    size_bytes: int
    seconds: float


def publish(warehouse: Path, target: Path, run_id: str) -> PublishReport:
    """Copies every table and view of the warehouse's `marts` into a new file and renames it to `target`.

    A view that reads nothing but `marts` stays a view; any other becomes a table. Comments are kept. The
    table `marts.published_run` says which run the file is from.

    Raises:
        PublishError: nothing to publish, the copy differs from the warehouse, or it cannot be written.
    """
    started = time.monotonic()
    if not warehouse.is_file():
        raise PublishError(f"There is no warehouse at {warehouse}. Run `make run` first.")
    remove_stale(target)
    aside = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        tables = _build(warehouse, aside, run_id)
        _flush(aside)
        size = aside.stat().st_size
        os.replace(aside, target)
        _flush(target.parent)
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"{target.name} could not be published, the version before it is unchanged: {error}"
        ) from error
    finally:
        _remove(aside)
    return PublishReport(target, run_id, tables, size, time.monotonic() - started)


def remove_stale(target: Path) -> None:
    """Removes files that a killed publish left behind; those of a living process stay."""
    pattern = re.compile(re.escape(f".{target.name}.") + r"(\d+)\.[0-9a-f]{8}\.tmp")
    for file in target.parent.glob(f".{target.name}.*.tmp*"):
        match = pattern.match(file.name)
        if match and not _is_alive(int(match[1])):
            _remove(target.with_name(match[0]))


def table_hashes(database: Path) -> dict[str, str]:
    """A hash of every published table's columns, types and rows, whatever order the rows are in.

    Databases with the same hashes hold the same content; `published_run`, new in each run, is left out.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = ? and table_name <> ? order by 1",
            [SCHEMA, RUN_TABLE],
        ).fetchall()
        return {name: _table_hash(connection, name) for (name,) in names}


def _table_hash(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    relation = f"{SCHEMA}.{_name(name)}"
    columns = connection.execute(f"describe {relation}").fetchall()
    rows = connection.execute(
        "select string_agg(row_hash, '' order by row_hash) "
        f"from (select md5(t::varchar) as row_hash from {relation} t)"
    ).fetchall()
    shape = repr([column[:2] for column in columns])
    return hashlib.sha256(f"{shape}\n{rows[0][0] or ''}".encode()).hexdigest()


def _build(warehouse: Path, aside: Path, run_id: str) -> tuple[PublishedTable, ...]:
    with duckdb.connect() as connection:
        connection.execute("set autoinstall_known_extensions = false")
        # An in-memory database would spill into the current folder.
        connection.execute(f"set temp_directory = {_text(str(aside) + '.spill')}")
        connection.execute(f"attach {_text(str(warehouse))} as warehouse (read_only)")
        connection.execute(f"attach {_text(str(aside))} as roi (storage_version '{READABLE_FROM}')")
        connection.execute(f"create schema roi.{SCHEMA}")
        kinds = _copy_tables(connection) | _copy_views(connection)
        if not kinds:
            raise PublishError(f"The warehouse has no tables in the schema {SCHEMA}. Run `make run` first.")
        _copy_comments(connection, kinds)
        _write_run(connection, run_id)
        # Detached and attached again: what is verified is what is on the disk.
        connection.execute("use memory")
        connection.execute("detach roi")
        connection.execute(f"attach {_text(str(aside))} as roi (read_only)")
        return tuple(PublishedTable(name, kinds[name], _verify(connection, name)) for name in sorted(kinds))


def _copy_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    names = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = ? "
        f"and {NOT_TEMPORARY.format('table_name')} order by 1",
        [SCHEMA],
    ).fetchall()
    for (name,) in names:
        _copy_as_table(connection, name)
    return {name: "table" for (name,) in names}


def _copy_views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Creates each view again; DuckDB stores its SQL without the name of its own database, so it can move.

    A view over views may come too early and is tried again. One that cannot be created reads another schema.
    """
    waiting = dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = 'warehouse' and schema_name = ? "
            f"and {NOT_TEMPORARY.format('view_name')} order by 1",
            [SCHEMA],
        ).fetchall()
    )
    kinds: dict[str, str] = {}
    connection.execute("use roi")
    while waiting:
        created = []
        for name, sql in waiting.items():
            with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
                connection.execute(sql)
                created.append(name)
        if not created:
            break
        for name in created:
            del waiting[name]
            kinds[name] = "view"
    for name in waiting:
        _copy_as_table(connection, name)
        kinds[name] = "table"
    return kinds


def _copy_as_table(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    relation = f"{SCHEMA}.{_name(name)}"
    connection.execute(f"create table roi.{relation} as from warehouse.{relation}")


def _copy_comments(connection: duckdb.DuckDBPyConnection, kinds: dict[str, str]) -> None:
    for source in ("duckdb_tables", "duckdb_views"):
        kind = source.removeprefix("duckdb_")[:-1]
        comments = connection.execute(
            f"select {kind}_name, comment from {source}() "
            "where database_name = 'warehouse' and schema_name = ? and comment is not null "
            f"and {NOT_TEMPORARY.format(kind + '_name')} order by 1",
            [SCHEMA],
        ).fetchall()
        for name, comment in comments:
            connection.execute(f"comment on {kinds[name]} roi.{SCHEMA}.{_name(name)} is {_text(comment)}")
    comments = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = ? and comment is not null "
        f"and {NOT_TEMPORARY.format('table_name')} order by 1, column_index",
        [SCHEMA],
    ).fetchall()
    for table, column, comment in comments:
        place = f"roi.{SCHEMA}.{_name(table)}.{_name(column)}"
        connection.execute(f"comment on column {place} is {_text(comment)}")


def _write_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    place = f"roi.{SCHEMA}.{RUN_TABLE}"
    connection.execute(
        f"create table {place} "
        "(run_id varchar, published_at timestamp, project_version varchar, "
        "duckdb_version varchar, dbt_version varchar)"
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    values = [run_id, now, __version__, _version("duckdb"), _version("dbt-core")]
    connection.execute(f"insert into {place} values (?, ?, ?, ?, ?)", values)
    comment = "One row: the run that published this file, and when (UTC)."
    connection.execute(f"comment on table {place} is {_text(comment)}")


def _verify(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows of a published table; its row count, filled values and sums equal the warehouse's."""
    columns = connection.execute(f"describe warehouse.{SCHEMA}.{_name(name)}").fetchall()
    measures = ["count(*)"]
    is_float = [False]
    for column, kind, *_ in columns:
        summed = _SUMMED_TYPES.match(kind)
        measures.append(f"sum({_name(column)})" if summed else f"count({_name(column)})")
        is_float.append(_FLOAT_TYPES.match(kind) is not None)
    query = f"select {', '.join(measures)} from {{}}.{SCHEMA}.{_name(name)}"
    expected, found = (connection.execute(query.format(file)).fetchall()[0] for file in ("warehouse", "roi"))
    for measure, floating, left, right in zip(measures, is_float, expected, found, strict=True):
        if left == right or (floating and _is_close(left, right)):
            continue
        raise PublishError(
            f"{name} differs from the warehouse after copying: {measure} is {right}, not {left}. "
            "The version published before is unchanged; run again."
        )
    return int(found[0])


def _is_close(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return False
    return math.isclose(left, right, rel_tol=FLOAT_TOLERANCE, abs_tol=FLOAT_TOLERANCE) or (
        math.isnan(left) and math.isnan(right)
    )


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(aside: Path) -> None:
    for file in (aside, Path(f"{aside}.wal")):
        file.unlink(missing_ok=True)
    shutil.rmtree(f"{aside}.spill", ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
