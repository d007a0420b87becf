"""What a published file says of itself, in its schema `published`: settings, loads, quarantine, tests.

Readers cannot ask the work database, a run may be writing it. Rows in quarantine are counted, never copied:
their raw text may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.lib.publish.names import literal
from orchestration.lib.publish.results import TestResult

# The time that says how fresh a dataset is, in the warehouse's raw tables.
_TIMES = {
    "clicks": "event_at",
    "orders": "ordered_at",
    "order_lines": None,
    "refunds": "refunded_at",
    "contacts": "created_at",
}

# (table, its comment, what each column holds)
Documented = tuple[tuple[str, str, dict[str, str]], ...]
_DOCUMENTED: Documented = (
    (
        "settings",
        "One row a setting that the run used.",
        {"name": "Name of the dbt variable.", "value": "Its value as JSON."},
    ),
    (
        "freshness",
        "One row a dataset: how much of it there is, and how new it is (UTC).",
        {
            "dataset": "Name of the dataset, as in the landing folder.",
            "rows": "Rows in the raw table, all versions of an order included.",
            "first_at": "Time of the earliest row; null for order lines, which have none.",
            "last_at": "Time of the latest row; null for order lines, which have none.",
        },
    ),
    (
        "load_log",
        "One row a file content that was seen. Rows read = loaded + quarantined + duplicates.",
        {
            "path": "Path below the landing folder.",
            "dataset": "Dataset that the folder names.",
            "format": "Format that the folder names.",
            "status": "loaded or quarantined.",
            "reason": "Why the whole file is in quarantine; null when it was loaded.",
            "is_current": "False for an earlier content of a file that has changed since.",
            "rows_read": "Rows that the file holds.",
            "rows_loaded": "Rows that reached the raw table.",
            "rows_quarantined": "Rows that could not be used.",
            "rows_duplicate": "Exact duplicates that were dropped.",
            "bytes": "Size of the file in bytes.",
            "modified_at": "When the file was last changed (UTC).",
            "loaded_at": "When it was loaded (UTC).",
        },
    ),
    (
        "quarantine",
        "One row a file and reason: rows that are in quarantine now. `roi quarantine` shows them.",
        {
            "path": "Path below the landing folder.",
            "dataset": "Dataset that the folder names.",
            "format": "Format that the folder names.",
            "reason": "Why the rows cannot be used.",
            "column_name": "The column that is wrong; null where it is the whole row.",
            "rows": "How many rows; a whole file counts as one.",
            "first_line": "Line of the first of them; null for a whole file.",
        },
    ),
    (
        "tests",
        "One row a test of the run that made this file.",
        {
            "name": "Name of the test.",
            "kind": "test (of data) or unit_test (of a rule, on examples).",
            "status": "pass or warn; an error would have stopped the publish.",
            "failures": "Rows that break the rule; null for unit tests.",
            "tested": "What it looks at: models, comma separated.",
            "description": "What it detects and what a failure means; null where nothing is written.",
        },
    ),
)

# Earlier contents of a path stay in the log; only the newest is what the warehouse holds of it.
_LOAD_LOG = """
    select
        path, dataset, format, status, reason,
        row_number() over (partition by path, dataset order by loaded_at desc, file_id desc) = 1
            as is_current,
        rows_read, rows_loaded, rows_quarantined, rows_duplicate, bytes, modified_at, loaded_at
    from warehouse.raw.load_log
    order by loaded_at desc, path, file_id desc
"""
_QUARANTINE = """
    select
        path, dataset, format, reason, column_name, count(*)::bigint as rows, min(line) as first_line
    from warehouse.raw.quarantine
    where cleared_at is null
    group by path, dataset, format, reason, column_name
    order by rows desc, path, reason, column_name
"""
_EMPTY = {
    "load_log": "select null::varchar as path, null::varchar as dataset, null::varchar as format, "
    "null::varchar as status, null::varchar as reason, null::boolean as is_current, "
    "null::bigint as rows_read, null::bigint as rows_loaded, null::bigint as rows_quarantined, "
    "null::bigint as rows_duplicate, null::bigint as bytes, null::timestamp as modified_at, "
    "null::timestamp as loaded_at where false",
    "quarantine": "select null::varchar as path, null::varchar as dataset, null::varchar as format, "
    "null::varchar as reason, null::varchar as column_name, null::bigint as rows, "
    "null::bigint as first_line where false",
}


@dataclass(frozen=True)
class RunFacts:
    """What only the run knows: its id, the settings in force, and how the tests ended."""

    run_id: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[TestResult, ...] = ()


def write_facts(connection: duckdb.DuckDBPyConnection, schema: str, facts: RunFacts) -> None:
    """Creates the tables of `schema` in the new file, which is attached as `roi` beside `warehouse`."""
    settings = [(name, json.dumps(value, default=str)) for name, value in sorted(facts.settings.items())]
    create_table(connection, schema, "settings", "name varchar, value varchar", settings)
    connection.execute(f"create table {schema}.freshness as {_freshness(connection)}")
    for name, query in (("load_log", _LOAD_LOG), ("quarantine", _QUARANTINE)):
        exists = _exists(connection, name)
        connection.execute(f"create table {schema}.{name} as {query if exists else _EMPTY[name]}")
    create_table(
        connection,
        schema,
        "tests",
        "name varchar, kind varchar, status varchar, failures bigint, tested varchar, description varchar",
        [
            (test.name, test.kind, test.status, test.failures, test.tested, test.description)
            for test in facts.tests
        ],
    )
    document(connection, schema, _DOCUMENTED)


def document(connection: duckdb.DuckDBPyConnection, schema: str, documented: Documented) -> None:
    """Comments on tables and their columns."""
    for table, comment, columns in documented:
        connection.execute(f"comment on table {schema}.{table} is {literal(comment)}")
        for column, text in columns.items():
            connection.execute(f"comment on column {schema}.{table}.{column} is {literal(text)}")


def _freshness(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL over the raw tables that there are; it has no rows where nothing has been loaded."""
    parts = ["select null::varchar as dataset, null::bigint as rows, null::timestamp as first_at, "
             "null::timestamp as last_at where false"]  # fmt: skip
    for dataset, time in _TIMES.items():
        if _exists(connection, dataset):
            times = f"min({time}), max({time})" if time else "null, null"
            parts.append(f"select '{dataset}', count(*)::bigint, {times} from warehouse.raw.{dataset}")
    return " union all ".join(parts) + " order by dataset"


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    rows = connection.execute(
        "select count(*) from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = 'raw' and table_name = ?",
        [table],
    ).fetchall()
    return rows == [(1,)]


def create_table(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: str,
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """One statement however many rows: they travel as JSON."""
    named = [column.split() for column in columns.split(", ")]
    shape = json.dumps([{name: kind for name, kind in named}])
    text = json.dumps([dict(zip((name for name, _ in named), row, strict=True)) for row in rows])
    connection.execute(
        f"create table {schema}.{table} as select unnest(from_json(?::json, ?), recursive := true)",
        [text, shape],
    )
