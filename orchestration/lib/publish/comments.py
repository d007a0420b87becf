"""The descriptions of tables and columns, which travel with them as comments."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.lib.publish.names import literal


@dataclass(frozen=True)
class Comments:
    """Descriptions by table, and by table and column; what has none is not there."""

    tables: dict[str, str]
    columns: dict[tuple[str, str], str]


def read_comments(connection: duckdb.DuckDBPyConnection, schema: str, database: str = "roi") -> Comments:
    """The comments of a schema of a database that is attached, the published one if no other is named."""
    where = f"database_name = {literal(database)} and schema_name = {literal(schema)} and comment is not null"
    tables = connection.execute(
        f"select table_name, comment from duckdb_tables() where {where} "
        f"union all select view_name, comment from duckdb_views() where {where}"
    ).fetchall()
    columns = connection.execute(
        f"select table_name, column_name, comment from duckdb_columns() where {where}"
    ).fetchall()
    return Comments(dict(tables), {(table, column): comment for table, column, comment in columns})
