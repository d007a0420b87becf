"""The published marts in a PostgreSQL database, for tools that have no DuckDB driver.

One transaction replaces everything: readers see the old version until it commits, and a failure leaves it.
A table whose columns are the same keeps its place (rows are deleted and copied anew), so that grants, views
and indexes of its readers stay and nobody waits; `truncate` would empty it for readers in the middle of a
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.lib.publish.comments import read_comments
from orchestration.lib.publish.database import META_SCHEMA, Built, BuiltTable
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.measures import compare, measures_of, sums_of
from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.publish_options import PUBLISH_POSTGRES, without_password
from orchestration.lib.terminal import stated

if TYPE_CHECKING:
    import psycopg

_SCHEMAS = (SCHEMA, META_SCHEMA)
# Says which tables are ours to replace or drop.
OURS = "published_tables"
CONNECT_SECONDS = 10
# Replacing a table with other columns has to wait for its readers.
LOCK_TIMEOUT = "60s"
_NULL = "\\N"
_BLOCK = 1 << 20
_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20, 0)",
    "HUGEINT": "numeric(38, 0)",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
_SAME_TYPES = ("SMALLINT", "INTEGER", "BIGINT", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "UUID")


def publish(built: Built, address: str, aside: Path) -> str:
    """Copies every table into the database and commits; returns `host:port/database`.

    The schemas are those of the published file: `marts`, and `published` for what the run says of itself.

    A view that PostgreSQL understands too is a view there; any other is a table.

    Raises:
        PublishError: the database cannot be reached or written, or a copy differs; it is as it was before.
    """
    place = without_password(address)
    try:
        import psycopg
    except ImportError as error:
        raise PublishError(
            f"{PUBLISH_POSTGRES} is set but the driver psycopg is not installed: {error}. "
            'Run `pip install "psycopg[binary]"`.'
        ) from error
    try:
        with psycopg.connect(address, connect_timeout=CONNECT_SECONDS, client_encoding="utf8") as connection:
            _Copy(built, connection, aside, place).run()
    except (psycopg.Error, OSError) as error:
        raise PublishError(
            f"PostgreSQL at {place} could not be published to, it keeps the version before, and so does "
            f"everything else: {stated(error)} Mend it, or unset {PUBLISH_POSTGRES} to publish files only."
        ) from error
    return place


class _Copy:
    """One publish into one open transaction."""

    def __init__(
        self, built: Built, connection: psycopg.Connection[tuple[Any, ...]], aside: Path, place: str
    ) -> None:
        self.duck = built.connection
        self.connection = connection
        self.aside = aside
        self.place = place
        self.comments = {schema: read_comments(built.connection, schema) for schema in _SCHEMAS}
        self.tables = (*built.tables, *built.about)

    def run(self) -> None:
        self._execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        # Two publishes at a time would wait for each other's rows, in the worst case for ever.
        self._execute("select pg_advisory_xact_lock(hashtext('marts'))")
        for schema in _SCHEMAS:
            self._execute(f"create schema if not exists {schema}")
        self._execute(f"create table if not exists {SCHEMA}.{OURS} (table_name text primary key, kind text)")
        ours = dict(self._rows(f"select table_name, kind from {SCHEMA}.{OURS}"))
        self._refuse_foreign(ours)
        self._make_room(ours)
        kinds = {table.key: "table" for table in self.tables if table.kind == "table"}
        for table in self.tables:
            if table.kind == "table":
                self._replace(table)
        kinds |= self._create_views(ours)
        for table in self.tables:
            self._verify(table)
            self._comment(table, kinds[table.key])
        self._execute(f"delete from {SCHEMA}.{OURS}")
        for key, kind in kinds.items():
            self.connection.execute(f"insert into {SCHEMA}.{OURS} values (%s, %s)", (key, kind))

    def _refuse_foreign(self, ours: dict[str, str]) -> None:
        existing = self._rows(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            f"where n.nspname in {_SCHEMAS} and c.relkind in ('r', 'v', 'm', 'p', 'f') order by 1, 2"
        )
        wanted = {(table.schema, table.name) for table in self.tables if table.key not in ours}
        if foreign := [f"{schema}.{name}" for schema, name in existing if (schema, name) in wanted]:
            raise PublishError(
                f"PostgreSQL at {self.place} has tables that were not published from here: "
                f"{', '.join(foreign)}. Name another database in {PUBLISH_POSTGRES}, or drop them."
            )

    def _make_room(self, ours: dict[str, str]) -> None:
        """Drops what is published no more. Our views go too, but only when something has another shape."""
        gone = ours.keys() - {table.key for table in self.tables}
        if not gone and not any(self._has_changed(table, ours) for table in self.tables):
            return
        # In one statement, for they may read each other. A view of somebody else's stops it, and is named.
        if views := [_relation(key) for key, kind in sorted(ours.items()) if kind == "view"]:
            self._execute(f"drop view if exists {', '.join(views)}")
        for key in sorted(gone):
            if ours[key] == "table":
                self._execute(f"drop table {_relation(key)}")

    def _has_changed(self, table: BuiltTable, ours: dict[str, str]) -> bool:
        if table.key not in ours:
            return False
        found, wanted = self._shape(table), _columns(table)
        if ours[table.key] == "table":
            return found != wanted
        # PostgreSQL derives the types of a view's columns itself.
        return table.kind == "table" or [name for name, _ in found] != [name for name, _ in wanted]

    def _replace(self, table: BuiltTable) -> None:
        relation = _relation(table.key)
        columns = _columns(table)
        if self._shape(table) == columns:
            self._execute(f"delete from {relation}")
        else:
            self._execute(f"drop table if exists {relation}")
            listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
            self._execute(f"create table {relation} ({listed})")
        self._fill(table)

    def _shape(self, table: BuiltTable) -> list[tuple[str, str]]:
        rows = self._rows(
            "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a "
            "join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace "
            f"where n.nspname = '{table.schema}' and c.relname = {literal(table.name)} "
            "and c.relkind in ('r', 'v') "
            "and a.attnum > 0 and not a.attisdropped order by a.attnum"
        )
        return [(column, _short(kind)) for column, kind in rows]

    def _fill(self, table: BuiltTable) -> None:
        file = self.aside / "copy.csv"
        selected = ", ".join(_as_csv(name, kind) for name, kind in table.columns)
        self.duck.execute(
            f"copy (select {selected} from {table.relation}) to {literal(str(file))} "
            f"(format csv, header false, nullstr {literal(_NULL)})"
        )
        command = f"copy {_relation(table.key)} from stdin (format csv, null {literal(_NULL)})"
        with file.open("rb") as stream, self.connection.cursor().copy(command) as copy:
            while block := stream.read(_BLOCK):
                copy.write(block)
        file.unlink()

    def _create_views(self, ours: dict[str, str]) -> dict[str, str]:
        """Views by DuckDB's SQL where PostgreSQL understands it, else tables of their rows; says which.

        A view over views may come too early and is tried again.
        """
        rows = self.duck.execute(
            "select view_name, sql from duckdb_views() where database_name = 'roi' and schema_name = ?",
            [SCHEMA],
        ).fetchall()
        sql = {name: text.replace("CREATE VIEW", "create or replace view", 1) for name, text in rows}
        waiting = [table for table in self.tables if table.kind == "view"]
        kinds: dict[str, str] = {}
        while created := [table for table in waiting if self._create_view(table, sql, ours)]:
            kinds |= {table.key: "view" for table in created}
            waiting = [table for table in waiting if table not in created]
        for table in waiting:
            if ours.get(table.key) == "view":
                self._execute(f"drop view if exists {_relation(table.key)}")
            self._replace(table)
            kinds[table.key] = "table"
        return kinds

    def _create_view(self, table: BuiltTable, sql: dict[str, str], ours: dict[str, str]) -> bool:
        import psycopg

        try:
            with self.connection.transaction():
                if ours.get(table.key) == "table":
                    self._execute(f"drop table {_relation(table.key)}")
                self._execute(sql[table.name])
                probe = self.connection.execute(f"select * from {_relation(table.key)} limit 0".encode())
                # The same SQL with another meaning would be worse than none.
                if [column.name for column in probe.description or ()] != [name for name, _ in table.columns]:
                    raise psycopg.ProgrammingError("the view has other columns")
        except psycopg.Error:
            return False
        return True

    def _verify(self, table: BuiltTable) -> None:
        # A view there is the same SQL over tables that are compared, so rows and sums are enough.
        measures = sums_of(table.columns) if table.kind == "view" else measures_of(table.columns)
        expected = self.duck.execute(measures.select(table.relation)).fetchall()[0]
        found = self._rows(measures.select(_relation(table.key)))[0]
        compare(table.name, f"PostgreSQL at {self.place}", measures, expected, found)

    def _comment(self, table: BuiltTable, kind: str) -> None:
        relation, comments = _relation(table.key), self.comments[table.schema]
        if text := comments.tables.get(table.name):
            self._execute(f"comment on {kind} {relation} is {_escaped(text)}")
        for column, _ in table.columns:
            if text := comments.columns.get((table.name, column)):
                self._execute(f"comment on column {relation}.{quoted(column)} is {_escaped(text)}")

    def _execute(self, statement: str) -> None:
        self.connection.execute(statement.encode())

    def _rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()


def _relation(key: str) -> str:
    """Where the table of this key is; a mart may have a dot in its name."""
    in_other_schema = key.startswith(f"{META_SCHEMA}.")
    return f"{META_SCHEMA}.{quoted(key.partition('.')[2])}" if in_other_schema else f"{SCHEMA}.{quoted(key)}"


def _postgres_type(kind: str) -> str:
    if kind in _TYPES:
        return _TYPES[kind]
    if kind.startswith("DECIMAL("):
        return "numeric" + kind.removeprefix("DECIMAL")
    # Lists and structs have no common type; their JSON does.
    return kind.lower() if kind in _SAME_TYPES else "jsonb"


def _columns(table: BuiltTable) -> list[tuple[str, str]]:
    """Names and PostgreSQL types."""
    return [(name, _postgres_type(kind)) for name, kind in table.columns]


def _short(kind: str) -> str:
    """PostgreSQL's long names as they are written here."""
    return {
        "timestamp without time zone": "timestamp",
        "timestamp with time zone": "timestamptz",
        "time without time zone": "time",
        "numeric(20,0)": "numeric(20, 0)",
        "numeric(38,0)": "numeric(38, 0)",
    }.get(kind, kind)


def _as_csv(name: str, kind: str) -> str:
    column = quoted(name)
    # PostgreSQL has no NUL in texts.
    if kind == "VARCHAR":
        return f"replace({column}, chr(0), chr(65533)) as {column}"
    if _postgres_type(kind) == "jsonb":
        return f"replace(to_json({column})::varchar, '\\u0000', '\\ufffd') as {column}"
    return column


def _escaped(text: str) -> str:
    return literal(text.replace("\0", ""))
