"""Makes the tables of the database `roi` those of the database `warehouse`: copies them, or what differs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.lib.publish.comments import read_comments
from orchestration.lib.publish.digests import (
    Digest,
    digest_by_day,
    hash_of,
    is_of,
    refuse_difference,
    time_column,
    total_of,
)
from orchestration.lib.publish.layout import SCHEMA, SHARED_SCHEMA, Layout, Stored
from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal, quoted

# Copying a smaller table takes less than finding out what differs.
COMPARED_FROM = 20_000
# Beyond this share of a table, deleted rows cost readers more than a new copy costs us.
DEAD_SHARE = 0.2


@dataclass(frozen=True)
class Copied:
    """A stored table whose rows were made the warehouse's: their digests, by day, in the warehouse.

    Attributes:
        is_changed: False where the file that was there before had the same rows.
    """

    table: Stored
    days: dict[str, Digest]
    is_changed: bool


def make_room(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Drops whatever the file has that is not to stay, all views among it."""
    for schema, name in connection.execute(
        "select schema_name, view_name from duckdb_views() where database_name = 'roi' and not internal"
    ).fetchall():
        connection.execute(f"drop view roi.{schema}.{quoted(name)}")
    wanted = {(table.schema, table.name): list(table.columns) for table in layout.stored}
    for schema, name in _tables(connection):
        relation = f"roi.{schema}.{quoted(name)}"
        if wanted.get((schema, name)) != columns_of(connection, relation):
            connection.execute(f"drop table {relation}")
    for schema in {SCHEMA, *(table.schema for table in layout.stored)}:
        connection.execute(f"create schema if not exists roi.{schema}")
    if not any(table.schema == SHARED_SCHEMA for table in layout.stored):
        connection.execute(f"drop schema if exists roi.{SHARED_SCHEMA}")


def copy_table(connection: duckdb.DuckDBPyConnection, table: Stored) -> Copied:
    """Makes a table's rows those of the warehouse, by as little writing as is worth it."""
    column = time_column(table.columns)
    wanted = digest_by_day(connection, f"warehouse.{table.relation}", table.columns, column)
    if (table.schema, table.name) not in _tables(connection):
        _copy_whole(connection, table)
        return Copied(table, wanted, True)
    found = digest_by_day(connection, f"roi.{table.relation}", table.columns, column)
    if found == wanted:
        return Copied(table, wanted, False)
    days = {day for day in wanted.keys() | found.keys() if wanted.get(day) != found.get(day)}
    if total_of(wanted.values()).rows < COMPARED_FROM or not _copy_difference(
        connection, table, is_of(column, days)
    ):
        connection.execute(f"drop table roi.{table.relation}")
        _copy_whole(connection, table)
    return Copied(table, wanted, True)


def verify(connection: duckdb.DuckDBPyConnection, copied: Copied) -> None:
    """Compares a table that was written with the warehouse.

    Raises:
        PublishError: they differ.
    """
    table = copied.table
    found = digest_by_day(connection, f"roi.{table.relation}", table.columns, time_column(table.columns))
    if found != copied.days:
        sides = f"(select {table.listed} from warehouse.{table.relation})", f"roi.{table.relation}"
        refuse_difference(
            connection, table.name, "the database file", table.columns, sides, not table.is_view
        )


def copy_views(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Creates the views."""
    connection.execute("use roi")
    for sql in layout.views.values():
        connection.execute(sql)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'roi'"
    ).fetchall()


def _copy_whole(connection: duckdb.DuckDBPyConnection, table: Stored) -> None:
    connection.execute(
        f"create table roi.{table.relation} as select {table.listed} from warehouse.{table.relation}"
    )


def _copy_difference(connection: duckdb.DuckDBPyConnection, table: Stored, condition: str) -> bool:
    """Deletes and inserts the rows that differ, of those for which a condition holds; False if too many do.

    Rows of one hash are one kind; a kind that there is not as often on both sides is replaced. No key is
    asked for, so a table without one, or with a row twice, is as good as any.
    """
    row_hash = hash_of(table.columns)
    old, new = f"roi.{table.relation}", f"warehouse.{table.relation}"
    fresh = f"(select {table.listed}, {row_hash} as _row_hash from {new} where {condition})"
    # A table is read again for the few rows that differ; a view may show other last bits the next time.
    kept = "*" if table.is_view else "_row_hash"
    connection.execute(f"create or replace temp table fresh_rows as select {kept} from {fresh}")
    connection.execute(
        f"create or replace temp table stale_rows as "
        f"select rowid as row_number, {row_hash} as _row_hash from {old} where {condition}"
    )
    connection.execute(
        "create or replace temp table different as select _row_hash from ("
        "select _row_hash, 1 as number from fresh_rows union all select _row_hash, -1 from stale_rows) "
        "group by _row_hash having sum(number) <> 0"
    )
    # Deleted rows keep their place, so the last place says how many there are.
    ((places, rows, doomed),) = connection.execute(
        f"select coalesce(max(rowid) + 1, 0), count(*), "
        f"(select count(*) from stale_rows where _row_hash in (from different)) from {old}"
    ).fetchall()
    is_worth_it = places - rows + doomed <= DEAD_SHARE * places
    if is_worth_it:
        connection.execute(
            f"delete from {old} where rowid in "
            "(select row_number from stale_rows where _row_hash in (from different))"
        )
        source = "fresh_rows" if table.is_view else fresh
        connection.execute(
            f"insert into {old} select {table.listed} from {source} where _row_hash in (from different)"
        )
    for name in ("fresh_rows", "stale_rows", "different"):
        connection.execute(f"drop table temp.{name}")
    return bool(is_worth_it)


def copy_comments(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Copies what is written about tables, views and columns, and says what the shared tables are for."""
    kinds = layout.kinds
    wanted, found = _comments(connection, "warehouse", SCHEMA), _comments(connection, "roi", SCHEMA)
    for place in sorted(wanted.keys() | found.keys()):
        table, column = place
        if table not in kinds or wanted.get(place) == found.get(place):
            continue
        text = literal(wanted[place]) if place in wanted else "null"
        relation = f"roi.{SCHEMA}.{quoted(table)}"
        named = f"column {relation}.{quoted(column)}" if column else f"{kinds[table]} {relation}"
        connection.execute(f"comment on {named} is {text}")
    for stored in layout.stored:
        if stored.schema == SHARED_SCHEMA:
            note = f"Rows behind views of {SCHEMA}: read those."
            connection.execute(f"comment on table roi.{stored.relation} is {literal(note)}")


def _comments(
    connection: duckdb.DuckDBPyConnection, database: str, schema: str
) -> dict[tuple[str, str], str]:
    """By table and column; the column is empty where the table itself is meant."""
    comments = read_comments(connection, schema, database)
    return {(table, ""): text for table, text in comments.tables.items()} | comments.columns
