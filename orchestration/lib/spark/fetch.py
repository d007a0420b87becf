"""Takes marts and history from Spark into the warehouse's file, from where they are published as ever.

Marts are replaced, histories gain the runs that they lack. Tables that DuckDB built in between go: they are
not what the marts rest on any more, so a later run on DuckDB builds everything anew.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any

import duckdb

from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.tables import Tables, describe, read_tables

MARTS = "marts"
HISTORY = "history"
# What views of marts read is stored there.
SHARED = "intermediate"
# Which run remembered what for the next one to compare with, and the log of what it found:
# `macros/incremental/remember.sql`.
REMEMBERED = "remembered"
_LOGS = {"people": "hist_identity_merges", "order_credits": "hist_roi_changes"}
# What DuckDB's builds leave beside raw data, marts and history.
_BUILT_BY_DUCKDB = ("intermediate", "staging", "seeds")


def fetch(place: SparkPlace, con: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Replaces the marts of the warehouse by Spark's, in one transaction.

    Args:
        place: where Spark is.
        con: a connection to the warehouse.
        manifest: dbt's manifest, which has the descriptions.

    Returns:
        The marts, each with `table` or `view`.

    Raises:
        SparkError: Spark cannot be reached, or its tables lie where this machine cannot read.
    """
    con.execute("set timezone = 'UTC'")
    with connect(place) as cursor, read_tables(place, cursor) as tables:
        con.execute("begin")
        try:
            for schema in (*_BUILT_BY_DUCKDB, MARTS):
                con.execute(f"drop schema if exists {schema} cascade")
            con.execute(f"create schema {MARTS}")
            con.execute(f"create schema {SHARED}")
            con.execute(f"create schema if not exists {HISTORY}")
            kinds = _fetch_marts(place, cursor, con, tables)
            _fetch_history(cursor, con, tables)
            _describe(con, kinds, manifest)
            con.execute("commit")
        except BaseException:
            con.execute("rollback")
            raise
    return kinds


def _fetch_marts(
    place: SparkPlace, cursor: Any, con: duckdb.DuckDBPyConnection, tables: Tables
) -> dict[str, str]:
    kinds: dict[str, str] = {}
    views: dict[str, str] = {}
    for name in _names(cursor, MARTS):
        details = describe(cursor, f"{MARTS}.{name}")
        if details.view_text is not None:
            views[name] = details.view_text
            continue
        con.execute(f"create table {MARTS}.{quoted(name)} as {tables.select(f'{MARTS}.{name}')}")
        kinds[name] = "table"
    stored: set[str] = set()
    for name in readable_first(views):
        text = views[name]
        behind = _tables_behind(cursor, text)
        if behind is None:
            _fetch_rows(place, cursor, con, tables, name)
            kinds[name] = "table"
            continue
        for table in sorted(behind - stored):
            con.execute(f"create table {table} as {tables.select(table)}")
        stored |= behind
        con.execute(f"create view {MARTS}.{quoted(name)} as {text}")
        kinds[name] = "view"
    return kinds


def readable_first(views: Mapping[str, str]) -> list[str]:
    """The names of views, each after those that its text names."""
    reads = {name: set(re.findall(rf"\b{MARTS}`?\.`?(\w+)", text)) for name, text in views.items()}
    named = {name: found & views.keys() - {name} for name, found in reads.items()}
    return list(TopologicalSorter(named).static_order())


def _tables_behind(cursor: Any, query: str) -> set[str] | None:
    """What a view reads beside marts, as tables; None where DuckDB cannot have the same view."""
    # Aside and without rows, because a statement that fails would end the transaction.
    with duckdb.connect() as scratch:
        try:
            # A name comes with the alias that it was given, where it was given one.
            names = {name.partition(" ")[0] for name in scratch.get_table_names(query, qualified=True)}
            described = {name: describe(cursor, name) for name in names}
            for schema in {name.partition(".")[0] for name in names}:
                scratch.execute(f"create schema if not exists {schema}")
            for name, details in described.items():
                columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in details.columns)
                scratch.execute(f"create table {name} ({columns})")
            scratch.execute(f"create view as_it_is as {query}")
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
            return None
    behind = {name for name in names if not name.startswith(f"{MARTS}.")}
    if any(not name.startswith(f"{SHARED}.") or described[name].view_text for name in behind):
        return None
    return behind


def _fetch_rows(
    place: SparkPlace, cursor: Any, con: duckdb.DuckDBPyConnection, tables: Tables, name: str
) -> None:
    """A view's rows by way of files, as it has none."""
    folder = f"fetch/{name}.{secrets.token_hex(4)}"
    try:
        cursor.execute(
            f"insert overwrite directory {literal(place.address(folder))} using parquet "
            f"select * from {MARTS}.{name}"
        )
        columns = describe(cursor, f"{MARTS}.{name}").columns
        con.execute(f"create table {MARTS}.{quoted(name)} as {tables.select_folder(columns, folder)}")
    finally:
        place.store.remove(place.store.files(folder))


def _fetch_history(cursor: Any, con: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Appends what new runs logged, and takes what the next run compares with."""
    names = _names(cursor, HISTORY)
    counted = _fetch_remembered(con, tables) if REMEMBERED in names else {}
    for name in names:
        if not name.startswith("hist_"):
            continue
        table = f"{HISTORY}.{quoted(name)}"
        rows = tables.select(f"{HISTORY}.{name}")
        con.execute(f"create table if not exists {table} as {rows} limit 0")
        con.execute(
            f"insert into {table} by name select * from ({rows}) "
            f"where run_id not in (select run_id from {table}) and {counted.get(name, 'true')}"
        )


def _fetch_remembered(con: duckdb.DuckDBPyConnection, tables: Tables) -> dict[str, str]:
    """Takes what the last run remembered; returns, by the name of a log, a condition on its rows.

    What a run logged that was killed before it remembered does not count: the next run found the same again.
    """
    counted: dict[str, str] = {}
    runs = tables.select(f"{HISTORY}.{REMEMBERED}")
    for name, log in _LOGS.items():
        of_name = f"from ({runs}) where name = {literal(name)}"
        counted[log] = f"run_id in (select run_id {of_name})"
        ((last,),) = con.execute(f"select max_by(run_id, remembered_at) {of_name}").fetchall()
        if last:
            rows = tables.select(f"{HISTORY}.{name}__{last.replace('-', '_')}")
            con.execute(f"create or replace table {HISTORY}.{quoted(name)} as {rows}")
    return counted


def _names(cursor: Any, schema: str) -> list[str]:
    cursor.execute(f"show tables in {schema}")
    return sorted(name for _, name, is_temporary in cursor.fetchall() if not is_temporary)


def _describe(con: duckdb.DuckDBPyConnection, kinds: Mapping[str, str], manifest: Mapping[str, Any]) -> None:
    """Descriptions become comments, as dbt makes them on DuckDB."""
    for node in manifest["nodes"].values():
        kind = kinds.get(node["alias"])
        if kind is None or node["schema"] != MARTS:
            continue
        relation = f"{MARTS}.{quoted(node['alias'])}"
        con.execute(f"comment on {kind} {relation} is {literal(node['description'])}")
        for column in node["columns"].values():
            con.execute(
                f"comment on column {relation}.{quoted(column['name'])} is {literal(column['description'])}"
            )
