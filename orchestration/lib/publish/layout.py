"""What the published database is made of: the relations that are stored, and the views over them."""

from __future__ import annotations

import collections
import contextlib
import re
from dataclasses import dataclass

import duckdb

from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import quoted

SCHEMA = "marts"
# Tables that several published views read: stored once, for the views and nobody else.
SHARED_SCHEMA = "intermediate"
# What the warehouse joins people by; published people are keyed hashes.
_NOT_PUBLISHED = ("person_key",)

# dbt's work tables, which a killed run leaves behind.
NOT_TEMPORARY = "not contains({}, '__dbt_')"


@dataclass(frozen=True)
class Stored:
    """A table of the published file, and the relation of the warehouse that it is a copy of.

    Attributes:
        is_view: the relation is a view in the warehouse, worked out anew whenever it is read.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    is_view: bool

    @property
    def relation(self) -> str:
        """The name, in the warehouse and in the file alike."""
        return f"{self.schema}.{quoted(self.name)}"

    @property
    def listed(self) -> str:
        """Its columns, separated by commas."""
        return ", ".join(quoted(name) for name, _ in self.columns)


@dataclass(frozen=True)
class Layout:
    """Everything that is published: tables, and views by name with their SQL, each after those it reads."""

    stored: tuple[Stored, ...]
    views: dict[str, str]

    @property
    def kinds(self) -> dict[str, str]:
        """Each relation of `marts`, with `table` or `view`."""
        tables = {table.name: "table" for table in self.stored if table.schema == SCHEMA}
        return tables | dict.fromkeys(self.views, "view")

    def read_by(self, view: str) -> dict[str, str]:
        """A view and all views that it names, or those name, with their SQL."""
        return read_by(self.views, view)


def read_layout(connection: duckdb.DuckDBPyConnection) -> Layout:
    """The layout for the database that is attached as `warehouse`."""
    views = _views(connection)
    stored = [_stored(connection, SHARED_SCHEMA, name) for name in _shared(connection, views)]
    stored += [_stored(connection, SCHEMA, name) for name in _tables(connection, SCHEMA)]
    movable = _movable(connection, stored, views)
    stored += [_stored(connection, SCHEMA, name, is_view=True) for name in views if name not in movable]
    return Layout(tuple(stored), movable)


def read_by(views: dict[str, str], name: str) -> dict[str, str]:
    """A view and all views that it names, or those name, with their SQL."""
    read: dict[str, str] = {}
    waiting = [name]
    while waiting:
        view = waiting.pop()
        if view not in read:
            read[view] = views[view]
            waiting += set(re.findall(r"\w+", views[view])) & views.keys()
    return dict(sorted(read.items()))


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = ? "
        f"and {NOT_TEMPORARY.format('table_name')} order by 1",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def _views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = 'warehouse' and schema_name = ? "
            f"and {NOT_TEMPORARY.format('view_name')} order by 1",
            [SCHEMA],
        ).fetchall()
    )


def _shared(connection: duckdb.DuckDBPyConnection, views: dict[str, str]) -> list[str]:
    """The tables outside of `marts` that more than one view reads, itself or through another view."""
    readers = collections.Counter(
        name
        for view in views
        for name in set(re.findall(rf"\b{SHARED_SCHEMA}\.\"?(\w+)", " ".join(read_by(views, view).values())))
    )
    tables = _tables(connection, SHARED_SCHEMA)
    return [name for name in tables if readers[name] > 1]


def _stored(connection: duckdb.DuckDBPyConnection, schema: str, name: str, is_view: bool = False) -> Stored:
    columns = columns_of(connection, f"warehouse.{schema}.{quoted(name)}")
    if schema == SHARED_SCHEMA:
        columns = [column for column in columns if column[0] not in _NOT_PUBLISHED]
    return Stored(schema, name, tuple(columns), is_view)


def _movable(
    connection: duckdb.DuckDBPyConnection, stored: list[Stored], views: dict[str, str]
) -> dict[str, str]:
    """The views that read nothing but what is stored, tried over tables without rows.

    DuckDB keeps a view's SQL without the name of its own database, so it can move. A view over views may
    come too early and is tried again.
    """
    connection.execute("attach ':memory:' as shape")
    for schema in (SCHEMA, SHARED_SCHEMA):
        connection.execute(f"create schema shape.{schema}")
    for table in stored:
        connection.execute(
            f"create table shape.{table.relation} as "
            f"select {table.listed} from warehouse.{table.relation} limit 0"
        )
    connection.execute("use shape")
    waiting, movable = dict(views), dict[str, str]()
    while waiting:
        created = {}
        for name, sql in waiting.items():
            with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
                connection.execute(sql)
                created[name] = sql
        if not created:
            break
        movable |= created
        waiting = {name: sql for name, sql in waiting.items() if name not in created}
    connection.execute("use memory")
    connection.execute("detach shape")
    return movable
