"""Loading one file in one transaction: straight from DuckDB's reader, or row by row where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.errors import FileNotReady, FileProblem
from orchestration.lib.ingestion.formats.base import Format, Output, Parquet
from orchestration.lib.ingestion.landing import LandingFile
from orchestration.lib.ingestion.ledger import Identity, Outcome, clear_earlier, staging_files
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.mapping import mapped_relation, rows_relation
from orchestration.lib.ingestion.packed import Watch, is_packed
from orchestration.lib.ingestion.quarantine import insert_bad_rows, insert_rejects
from orchestration.lib.ingestion.schema import FIELDS
from orchestration.lib.ingestion.typed_select import TypedSelect, typed_select
from orchestration.lib.ingestion.sources import Source

# Faults of the machine or of this code: they stop the run instead of blaming the file.
_OUR_FAULTS = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
)


class _NeedsCare(Exception):
    """The direct way found something that only the careful way can judge."""


class FileLoad:
    """The loading of one file that is known to be new, readable, and in a folder of a known format."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, file: LandingFile, identity: Identity, file_id: int, work: Path,
        limits: Limits,
    ) -> None:  # fmt: skip
        assert file.format is not None
        reader = file.format.reader(file.path.name)
        assert reader is not None
        self._con, self._file, self._identity, self._file_id = con, file, identity, file_id
        self._format: Format = file.format
        self._work, self._limits = work, limits
        self._source = Source(file.path, self._format, reader, limits)

    def run(self, record: Callable[[Outcome], None]) -> Outcome:
        """Loads the file and calls `record` within the same transaction. FileProblem: quarantine it whole."""
        self._source.open(self._con)
        if self._format.single and not self._identity.has_nul:
            direct = self._source.direct(self._con)
            if direct:
                outcome = self._try_direct(direct, record)
                if outcome:
                    return outcome
        try:
            return self._transaction(self._load_carefully, record)
        except _OUR_FAULTS:
            raise
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and "No space left" in str(error):
                raise
            raise FileProblem(f"the file cannot be read: {str(error).splitlines()[0][:300]}") from error

    def _transaction(self, load: Callable[[], Outcome], record: Callable[[Outcome], None]) -> Outcome:
        self._con.execute("begin")
        try:
            clear_earlier(self._con, self._file.relative)
            outcome = load()
            if not self._identity.unchanged(self._file):
                raise FileNotReady("the file changed while it was read; the next run takes it")
            record(outcome)
            self._con.execute("commit")
            return outcome
        except BaseException:
            self._con.execute("rollback")
            raise

    # ---- the direct way ------------------------------------------------------------------------------------

    def _try_direct(self, source: str, record: Callable[[Outcome], None]) -> Outcome | None:
        watch = Watch(self._file.path, self._limits) if is_packed(self._file.path) else None
        if watch:
            watch.start()
        try:
            return self._transaction(lambda: self._load_directly(source, watch), record)
        except _NeedsCare:
            return None
        except _OUR_FAULTS:
            raise
        except duckdb.Error:
            return None
        finally:
            if watch:
                watch.stop()

    def _load_directly(self, source: str, watch: Watch | None) -> Outcome:
        output = self._format.outputs[0]
        mapped = mapped_relation(self._format, output, rows_relation(self._format, source))
        select = self._typed_select(output, mapped)
        rows = self._insert(output, select.strict(mapped, self._tail(output)))
        if watch and watch.finish():
            raise _NeedsCare
        new, missing = self._drift(output.table)
        return Outcome(rows, rows, 0, new, missing, {output.table: rows})

    def _drift(self, table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """New and missing columns: out of the header, or, for JSON, out of the rows just loaded."""
        if self._source.header or self._format.shape != "table":
            return tuple(self._source.new_columns), tuple(self._source.missing_columns)
        loaded = f"from raw.{table} where _file_id = {self._file_id}"
        new = self._con.execute(
            f"select distinct unnest(json_keys(extra::json)) as name {loaded} and extra is not null order by name"
        ).fetchall()
        fields = FIELDS[table]
        counts = self._con.execute(
            f"select count(*), {', '.join(f'count({sql.ident(f.raw_name)})' for f in fields)} {loaded}"
        ).fetchone()
        assert counts is not None
        missing = [f for f, count in zip(fields, counts[1:], strict=True) if count == 0]
        if counts[0] and any(f.required for f in missing):
            raise _NeedsCare  # nulls, or a key that is nowhere: the rows themselves do not tell any more
        return tuple(row[0] for row in new), tuple(f.name for f in missing) if counts[0] else ()

    # ---- the careful way -----------------------------------------------------------------------------------

    def _load_carefully(self) -> Outcome:
        con = self._con
        staged, rejects, raw_texts = staging_files(self._work)
        rejected = 0
        if isinstance(self._source.reader, Parquet):
            numbers = "file_row_number + 1 as _row, file_row_number + 1 as _line"
            source = self._source.parquet_relation(con, numbers, row_numbers=True)
        else:
            source, rejected = self._source.stage(staged, rejects)
        con.execute(
            f"create or replace temp table _rows as select * from {rows_relation(self._format, source)}"
        )
        new, missing = self._json_drift()
        selects = [self._check(i, output) for i, output in enumerate(self._format.outputs)]
        self._collect_bad()
        read = self._count("_rows")
        bad = self._count("_bad")
        tables: dict[str, int] = {}
        for i, (output, select) in enumerate(zip(self._format.outputs, selects, strict=True)):
            good = f"(select * from _out_{i} where _row not in (select _row from _bad))"
            rows = self._insert(output, select.raw_rows(good, self._tail(output)))
            tables[output.table] = tables.get(output.table, 0) + rows
        if bad:
            insert_bad_rows(con, self._source, self._file, self._file_id, staged, raw_texts)
        if rejected:
            insert_rejects(con, self._file, self._file_id, rejects)
        for table in ("_rows", "_bad", *(f"_out_{i}" for i in range(len(selects)))):
            con.execute(f"drop table {table}")
        return Outcome(read + rejected, read - bad, bad + rejected, new, missing, tables)

    def _check(self, number: int, output: Output) -> TypedSelect:
        mapped = mapped_relation(self._format, output, "_rows")
        select = self._typed_select(output, mapped)
        self._con.execute(f"create or replace temp table _out_{number} as {select.reporting(mapped)}")
        return select

    def _collect_bad(self) -> None:
        """One row a bad record: all its problems; with it the other records of its unit."""
        outputs = range(len(self._format.outputs))
        every = " union all ".join(
            f"select _row, _line, _unit, _columns, _reasons from _out_{i}" for i in outputs
        )
        own = f"""
            select _row, min(_line) as _line,
                string_agg(distinct _columns, ', ' order by _columns) as _columns,
                string_agg(distinct _reasons, '; ' order by _reasons) as _reasons
            from ({every}) where _reasons is not null group by _row
        """
        mates = f"""
            select distinct e._row, e._line, null::varchar as _columns,
                'belongs to ' || e._unit || ', of which another line has a problem' as _reasons
            from ({every}) as e
            where e._unit in (select b._unit from ({every}) as b where b._reasons is not null)
                and e._row not in (select _row from own)
        """
        with_mates = f"union all select * from ({mates})" if self._format.unit else ""
        self._con.execute(
            f"create or replace temp table _bad as with own as ({own}) select * from own {with_mates}"
        )

    def _json_drift(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """New and missing columns of a JSON table, whose keys are known only now; required ones must be there."""
        source = self._source
        if source.header or self._format.shape != "table":
            return tuple(source.new_columns), tuple(source.missing_columns)
        found = self._con.execute("select distinct unnest(_keys) as name from _rows order by name").fetchall()
        keys = {row[0] for row in found}
        columns = self._format.columns
        source.known = {c.name: i for i, c in enumerate(columns) if keys.intersection(c.names)}
        settled = {name for c in columns for name in c.names}.union(self._format.ignored)
        source.new_columns = sorted(keys - settled)
        missing = [c.name for c in columns if c.name not in source.known]
        if keys:
            source.require(missing)
        return tuple(source.new_columns), tuple(missing) if keys else ()

    # ---- both ----------------------------------------------------------------------------------------------

    def _typed_select(self, output: Output, mapped: str) -> TypedSelect:
        described = self._con.execute(f"describe select * from {mapped}").fetchall()
        return typed_select(output.table, {row[0].lower(): row[1] for row in described})

    def _tail(self, output: Output) -> str:
        """The load's own columns, which end every raw row."""
        if output.table == "clicks":
            return f"{self._file_id}"
        version = f"timestamp '{self._identity.modified_at.isoformat(sep=' ')}'"
        own = any(f.name == "updated_at" for f in FIELDS[output.table])
        version = f"coalesce({'updated_at' if own else '_version'}, {version})"
        return f"{version}, {sql.text(self._file.relative)}, {self._file_id}"

    def _insert(self, output: Output, select: str) -> int:
        row = self._con.execute(f"insert into raw.{output.table} {select}").fetchone()
        return int(row[0]) if row else 0

    def _count(self, table: str) -> int:
        row = self._con.execute(f"select count(*) from {table}").fetchone()
        return int(row[0]) if row else 0
