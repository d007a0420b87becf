"""Copies tables, views and comments of `marts` from the database `warehouse` to the database `roi`."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import re

import duckdb

from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal, quoted

SCHEMA = "marts"
# Tables that several published views read: stored once, for the views and nobody else.
SHARED_SCHEMA = "intermediate"
# What the warehouse joins people by; published people are keyed hashes.
_NOT_PUBLISHED = ("person_key",)

# dbt's work tables, which a killed run leaves behind.
NOT_TEMPORARY = "not contains({}, '__dbt_')"


def copy_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Copies every table of `marts`, and returns their names."""
    names = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = ? "
        f"and {NOT_TEMPORARY.format('table_name')} order by 1",
        [SCHEMA],
    ).fetchall()
    for (name,) in names:
        _copy_as_table(connection, name)
    return {name: "table" for (name,) in names}


def _views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = 'warehouse' and schema_name = ? "
            f"and {NOT_TEMPORARY.format('view_name')} order by 1",
            [SCHEMA],
        ).fetchall()
    )


def _read_by(views: dict[str, str], name: str) -> dict[str, str]:
    """A view and all views that it names, or those name, with their SQL."""
    read: dict[str, str] = {}
    waiting = [name]
    while waiting:
        view = waiting.pop()
        if view not in read:
            read[view] = views[view]
            waiting += set(re.findall(r"\w+", views[view])) & views.keys()
    return dict(sorted(read.items()))


def view_content(connection: duckdb.DuckDBPyConnection, name: str, contents: dict[str, str]) -> str:
    """What a view shows: its SQL and that of the views it reads, and the content of every table they name."""
    read = _read_by(_views(connection), name).values()
    named = set(re.findall(r"\w+", " ".join(read)))
    parts = [*read, *(f"{table}={contents[table]}" for table in sorted(named & contents.keys()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def copy_shared(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Copies the tables outside of `marts` that more than one view reads, itself or through another view.

    Returns:
        Their names.
    """
    views = _views(connection)
    readers = collections.Counter(
        name
        for view in views
        for name in set(re.findall(rf"\b{SHARED_SCHEMA}\.\"?(\w+)", " ".join(_read_by(views, view).values())))
    )
    tables = {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = ?",
            [SHARED_SCHEMA],
        ).fetchall()
    }
    shared = sorted(name for name, count in readers.items() if count > 1 and name in tables)
    if shared:
        connection.execute(f"create schema roi.{SHARED_SCHEMA}")
    for name in shared:
        relation = f"{SHARED_SCHEMA}.{quoted(name)}"
        columns = ", ".join(quoted(column) for column, _ in published_columns(connection, relation))
        connection.execute(f"create table roi.{relation} as select {columns} from warehouse.{relation}")
        note = f"Rows behind views of {SCHEMA}: read those."
        connection.execute(f"comment on table roi.{relation} is {literal(note)}")
    return shared


def published_columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a warehouse table that may be published."""
    columns = columns_of(connection, f"warehouse.{relation}")
    return [column for column in columns if column[0] not in _NOT_PUBLISHED]


def copy_views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Creates each view again; DuckDB stores its SQL without the name of its own database, so it can move.

    A view over views may come too early and is tried again. One that cannot be created reads another schema.
    """
    waiting = _views(connection)
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
    relation = f"{SCHEMA}.{quoted(name)}"
    connection.execute(f"create table roi.{relation} as from warehouse.{relation}")


def copy_comments(connection: duckdb.DuckDBPyConnection, kinds: dict[str, str]) -> None:
    """Copies what is written about tables, views (by name and kind) and columns."""
    for source in ("duckdb_tables", "duckdb_views"):
        kind = source.removeprefix("duckdb_")[:-1]
        comments = connection.execute(
            f"select {kind}_name, comment from {source}() "
            "where database_name = 'warehouse' and schema_name = ? and comment is not null "
            f"and {NOT_TEMPORARY.format(kind + '_name')} order by 1",
            [SCHEMA],
        ).fetchall()
        for name, comment in comments:
            connection.execute(f"comment on {kinds[name]} roi.{SCHEMA}.{quoted(name)} is {literal(comment)}")
    comments = connection.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'warehouse' and schema_name = ? and comment is not null "
        f"and {NOT_TEMPORARY.format('table_name')} order by 1, column_index",
        [SCHEMA],
    ).fetchall()
    for table, column, comment in comments:
        place = f"roi.{SCHEMA}.{quoted(table)}.{quoted(column)}"
        connection.execute(f"comment on column {place} is {literal(comment)}")
