"""A small read-only SQL shell over the published database, and single queries for scripts."""

from __future__ import annotations

import contextlib
import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.lib.readers.database import ReaderError, damaged, require_known
from orchestration.lib.terminal import plain

SHOWN_ROWS = 200
CELL_WIDTH = 60
BATCH_ROWS = 10_000
HELP = "End a statement with ; - `.tables` lists the tables, `.quit` leaves."


class NotPublishedError(RuntimeError):
    """There is no published database, or it cannot be opened."""


class QueryError(RuntimeError):
    """DuckDB refuses the query; the message is DuckDB's."""


@contextmanager
def open_published(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection in which the marts need no schema name.

    Raises:
        NotPublishedError: there is no file, this project did not publish it, or a newer one did.
    """
    if not published.is_file():
        raise NotPublishedError(f"There is no {published} yet. Run `roi run` first.")
    try:
        connection = duckdb.connect(str(published), read_only=True)
    except duckdb.Error as error:
        raise NotPublishedError(str(damaged(published, error))) from error
    with connection:
        try:
            require_known(published, connection)
        except ReaderError as error:
            raise NotPublishedError(str(error)) from error
        connection.execute("set search_path = 'marts'")
        yield connection


def print_query(published: Path, query: str, console: Console, as_csv: bool = False) -> None:
    """Runs one query and prints its rows, as a table (the first rows) or as CSV (all rows).

    Raises:
        NotPublishedError: nothing is published.
        QueryError: the query is wrong.
    """
    with open_published(published) as connection:
        _print(connection, query, console, as_csv)


def shell(published: Path, console: Console) -> None:
    """Reads statements until the input ends; a wrong one is explained and the shell goes on."""
    with open_published(published) as connection:
        interactive = sys.stdin.isatty()
        if interactive:
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401 - gives input() its history and line editing
            console.print(f"{published} (read-only). {HELP}", soft_wrap=True)
        for statement in _statements(interactive):
            try:
                _print(connection, statement, console, as_csv=False)
            except QueryError as error:
                console.print(Text(str(error), style="red"), soft_wrap=True)


def _statements(interactive: bool) -> Iterator[str]:
    pending = ""
    while True:
        try:
            line = input(("  -> " if pending else "roi> ") if interactive else "")
        except (EOFError, KeyboardInterrupt):
            break
        if not pending and line.strip() in {".quit", ".exit"}:
            return
        if not pending and line.strip() == ".tables":
            yield (
                "select table_name, comment from duckdb_tables() where schema_name = 'marts' union all "
                "select view_name, comment from duckdb_views() where schema_name = 'marts' order by 1"
            )
            continue
        pending += line + "\n"
        if line.rstrip().endswith(";"):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


def _print(connection: duckdb.DuckDBPyConnection, query: str, console: Console, as_csv: bool) -> None:
    try:
        cursor = connection.execute(query)
        if cursor.description is None:
            return
        if as_csv:
            _print_csv(cursor)
        else:
            _print_table(cursor, console)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def _print_csv(cursor: duckdb.DuckDBPyConnection) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow([column[0] for column in cursor.description or []])
    while rows := cursor.fetchmany(BATCH_ROWS):
        writer.writerows(rows)


def _print_table(cursor: duckdb.DuckDBPyConnection, console: Console) -> None:
    print_rows([column[0] for column in cursor.description or []], cursor.fetchmany(SHOWN_ROWS + 1), console)


def print_rows(names: Sequence[str], rows: Sequence[Sequence[object]], console: Console) -> None:
    """Rows as a table of the terminal, the first of many."""
    table = Table(header_style="bold")
    numeric = [any(isinstance(row[i], (int, float, Decimal)) for row in rows) for i in range(len(names))]
    for name, is_number in zip(names, numeric, strict=True):
        table.add_column(Text(plain(name)), justify="right" if is_number else "left")
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(Text("null" if value is None else plain(value, CELL_WIDTH)) for value in row))
    console.print(table)
    if len(rows) > SHOWN_ROWS:
        console.print(f"The first {SHOWN_ROWS} rows; `--csv` prints all.")
