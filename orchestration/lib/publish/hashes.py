"""Content hashes of a published database: equal hashes, equal content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from orchestration.lib.publish.database import RUN_TABLE
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.names import quoted


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
    relation = f"{SCHEMA}.{quoted(name)}"
    columns = connection.execute(f"describe {relation}").fetchall()
    rows = connection.execute(
        "select string_agg(row_hash, '' order by row_hash) "
        f"from (select md5(t::varchar) as row_hash from {relation} t)"
    ).fetchall()
    shape = repr([column[:2] for column in columns])
    return hashlib.sha256(f"{shape}\n{rows[0][0] or ''}".encode()).hexdigest()
