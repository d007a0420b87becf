"""The published database as readers see it: one version at a time, a sentence for what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.publish import RUN_TABLE, SCHEMA, SCHEMA_VERSION
from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.terminal import stated

# DuckDB reports a wrong checksum as an error of no kind.
_DAMAGE = (duckdb.Error, duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)

Parameters = Mapping[str, Any] | Sequence[Any]


class ReaderError(RuntimeError):
    """The published file cannot be read; the message says why and what to do."""


class MissingTableError(ReaderError):
    """The file lacks a table or column, because an older version of the project published it."""


@dataclass(frozen=True)
class FileIdentity:
    """What tells one published file from the next under the same name."""

    device: int
    inode: int
    changed_ns: int
    size: int


@dataclass(frozen=True)
class Rows:
    """Which rows of a long answer, and in which order.

    Attributes:
        search: part of the influencer's name; empty for everybody.
        order: a column of the answer to order by before the answer's own order; None for that alone.
        ascending: the lowest first, where there is an `order`; nulls are last in both.
        first, number: the rows from this one on (0 is the first), and how many; None for the rest.
    """

    search: str = ""
    order: str | None = None
    ascending: bool = False
    first: int = 0
    number: int | None = None


ALL_ROWS = Rows()


@dataclass(frozen=True)
class Table:
    """Rows of a query, in its order, with the names of their columns.

    Attributes:
        of: how many rows the answer has, when these are some of them.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    of: int | None = None

    @property
    def total(self) -> int:
        """How many rows the answer has, also those that are not here."""
        return len(self.rows) if self.of is None else self.of

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def dicts(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        """The values of one column."""
        position = self.columns.index(name)
        return [row[position] for row in self.rows]


def identity(published: Path) -> FileIdentity:
    """Which file is published now.

    Raises:
        ReaderError: there is none.
    """
    try:
        found = os.stat(published)
    except OSError as error:
        raise ReaderError(f"There is no {published} yet. Publish one with `make run`.") from error
    return FileIdentity(found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


class Reader:
    """A connection to one published file; threads take a `cursor` each. It never writes and never locks."""

    def __init__(self, published: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.published = published
        self._connection = connection

    def cursor(self) -> Reader:
        """The same file for another thread."""
        made = Reader(self.published, self._connection.cursor())
        made._connection.execute(f"set search_path = 'roi.{SCHEMA}'")
        made.__dict__["_columns"] = self._columns
        return made

    def close(self) -> None:
        """Lets the file go; a version that was replaced then frees its disk space."""
        self._connection.close()

    def query(self, sql: str, parameters: Parameters = ()) -> Table:
        """The rows of a query; the marts need no schema name.

        Raises:
            MissingTableError: the file lacks a table or column of the query.
            ReaderError: the file is damaged.
        """
        try:
            cursor = self._connection.execute(sql, parameters)
            columns = tuple(column[0] for column in cursor.description or ())
            return Table(columns, tuple(cursor.fetchall()))
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            reason = str(error).splitlines()[0]
            raise MissingTableError(
                f"This file does not have what is asked for ({reason}): an older version of the project "
                "published it. Publish it anew with `make run`."
            ) from error
        except duckdb.Error as error:
            if type(error) in _DAMAGE:
                raise damaged(self.published, error) from error
            raise

    def ordered(self, sql: str, parameters: Mapping[str, Any], order: str, rows: Rows) -> Table:
        """Some rows of a query, which has an influencer's name and no order of its own.

        Args:
            order: the answer's own order, over its columns; it leaves no two rows equal.

        Raises:
            ValueError: the answer has no such column to order by.
        """
        answer = f"with answer as ({sql}) select {{}} from answer"
        search = rows.search.strip()
        if search:
            answer += " where contains(lower(influencer_name), lower($influencer_search))"
            parameters = {**parameters, "influencer_search": search}
        of = None
        if rows.first or rows.number is not None:
            [(of,)] = self.query(answer.format("count(*)"), parameters).rows
        if rows.order is not None:
            known = self.query(f"{answer.format('*')} limit 0", parameters).columns
            if rows.order not in known:
                raise ValueError(f"{rows.order!r} is no column of this answer: {', '.join(known)}.")
            order = f"{quoted(rows.order)} {'asc' if rows.ascending else 'desc'} nulls last, {order}"
        part = f"{answer.format('*')} order by {order}"
        if rows.number is not None:
            part += f" limit {int(rows.number)}"
        found = self.query(f"{part} offset {int(rows.first)}", parameters)
        return Table(found.columns, found.rows, of)

    def has(self, table: str, *columns: str, schema: str = SCHEMA) -> bool:
        """True when the file has the table with all of these columns."""
        known = self._columns.get((schema, table))
        return known is not None and known >= set(columns)

    def require(self, table: str, *columns: str, schema: str = SCHEMA) -> None:
        """Raises MissingTableError, which says what is missing and how to get it."""
        if self.has(table, *columns, schema=schema):
            return
        known = self._columns.get((schema, table), frozenset())
        missing = f"the columns {', '.join(sorted(set(columns) - known))} of {table}" if known else table
        raise MissingTableError(
            f"This file does not have {missing}: an older version of the project published it. "
            "Publish it anew with `make run`."
        )

    @cached_property
    def _columns(self) -> dict[tuple[str, str], frozenset[str]]:
        rows = self.query(
            "select schema_name, table_name, list(column_name) from duckdb_columns() "
            "where database_name = 'roi' group by all"
        ).rows
        return {(schema, table): frozenset(columns) for schema, table, columns in rows}


def open_reader(published: Path) -> Reader:
    """Opens the published file as it is now.

    The file is attached to a database in memory: DuckDB gives two connections to one path in one process the
    same instance, and after a publish a new reader would still be shown the replaced file. DuckDB opens a
    path three times, for its kind, header and blocks; a file that is replaced in between is opened anew.

    Raises:
        ReaderError: there is no file, it is no published database, or a newer project wrote it.
    """
    while True:
        before = identity(published)
        try:
            reader = _open(published)
        except ReaderError:
            if identity(published) == before:
                raise
            continue
        if identity(published) == before:
            return reader
        reader.close()


def _open(published: Path) -> Reader:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute(f"attach {literal(str(published))} as roi (read_only)")
        # From here on no query can reach another file.
        connection.execute("set enable_external_access = false")
        reader = Reader(published, connection)
        require_known(published, connection)
        connection.execute(f"set search_path = 'roi.{SCHEMA}'")
    except (duckdb.Error, ReaderError) as error:
        connection.close()
        if isinstance(error, ReaderError):
            raise
        raise damaged(published, error) from error
    return reader


def require_known(published: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Looks whether this project published the database, in a version that is known here.

    Raises:
        ReaderError: it did not, or a newer project did; the message says what to do.
    """
    found = connection.execute(
        "select database_name, list(column_name) from duckdb_columns() "
        "where schema_name = ? and table_name = ? group by database_name",
        [SCHEMA, RUN_TABLE],
    ).fetchall()
    if not found:
        raise ReaderError(
            f"{published} is a DuckDB database, but not one that this project published. "
            "Publish one with `make run`, or set ROI_DATA to the folder that has it."
        )
    [(database, columns)] = found
    if "schema_version" not in columns:
        return
    [(newest,)] = connection.execute(
        f"select max(schema_version) from {quoted(database)}.{SCHEMA}.{RUN_TABLE}"
    ).fetchall()
    if newest is not None and newest > SCHEMA_VERSION:
        raise ReaderError(
            f"{published} was published by a newer version of the project (schema {newest}, "
            f"and schema {SCHEMA_VERSION} is known here). Update the project."
        )


def damaged(published: Path, error: Exception) -> ReaderError:
    """What to say of a file that DuckDB cannot read."""
    reason = stated(error)
    if "newer" in reason and "version" in reason:
        return ReaderError(f"{published} was written by a newer DuckDB: {reason} Update the project.")
    return ReaderError(
        f"{published} cannot be read: {reason} Publish it anew with `make run`, or copy a kept version back "
        f"from {published.parent / 'published'}."
    )
