"""Loading one file in one transaction: straight from DuckDB's reader, or row by row where that fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.errors import FileNotReady, FileProblem
from orchestration.lib.ingestion.formats.base import Format, JsonDocument, Jsonl, Output, Parquet
from orchestration.lib.ingestion.landing import LandingFile
from orchestration.lib.ingestion.ledger import Identity, Outcome, clear_earlier
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.mapping import mapped_relation, recognised_sql, rows_relation
from orchestration.lib.ingestion.packed import Watch, is_packed
from orchestration.lib.ingestion.quarantine import insert_bad_rows, insert_rejects
from orchestration.lib.ingestion.relations import direct_relation, parquet_relation, staged_relation
from orchestration.lib.ingestion.schema import FIELDS
from orchestration.lib.ingestion.sources import Source
from orchestration.lib.ingestion.staging import StagedFiles, stage
from orchestration.lib.ingestion.typed_select import PROBLEM, REASON, TypedSelect, typed_select

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
        self._files, self._limits = StagedFiles(work), limits
        self._source = Source(file.path, self._format, reader, limits)

    def run(self, record: Callable[[Outcome], None]) -> Outcome:
        """Loads the file and calls `record` within the same transaction. FileProblem: quarantine it whole."""
        self._source.open(self._con)
        plain_text = not is_packed(self._file.path) and not isinstance(self._source.reader, Parquet)
        if self._format.single and not (plain_text and self._identity.has_nul):
            direct = direct_relation(self._con, self._source)
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
        if isinstance(self._source.reader, Jsonl) and self._format.shape == "table":
            self._take_keys(output.table)
        return self._outcome(rows, 0, {output.table: rows}, direct=True)

    def _take_keys(self, table: str) -> None:
        """JSON has no header: its keys are known from the rows just loaded."""
        loaded = f"from raw.{table} where _file_id = {self._file_id}"
        new = self._con.execute(
            f"select distinct unnest(json_keys(cast(extra as json))) {loaded} and extra is not null"
        ).fetchall()
        fields = FIELDS[table]
        counts = self._con.execute(
            f"select count(*), {', '.join(f'count({sql.ident(f.raw_name)})' for f in fields)} {loaded}"
        ).fetchone()
        assert counts is not None
        rows, *found = counts
        if rows and any(f.required and not count for f, count in zip(fields, found, strict=True)):
            raise _NeedsCare  # all null, or a key that is nowhere: the rows do not tell any more
        present = [f.name for f, count in zip(fields, found, strict=True) if count]
        self._source.set_keys([*present, *(row[0] for row in new)])

    # ---- the careful way -----------------------------------------------------------------------------------

    def _load_carefully(self) -> Outcome:
        con, source = self._con, self._source
        rejected = 0
        if isinstance(source.reader, Parquet):
            relation = parquet_relation(con, source, with_numbers=True)
        else:
            rejected = stage(source, self._files)
            relation = staged_relation(source, self._files.records)
        rows = rows_relation(self._format, relation)
        con.execute(f"create or replace temp table _rows as select * from {rows}")
        read = self._count("_rows")
        self._require_recognised(read + rejected)
        if self._format.shape == "table" and isinstance(source.reader, Jsonl | JsonDocument):
            keys = con.execute("select distinct unnest(_keys) from _rows").fetchall()
            source.set_keys(row[0] for row in keys)
        selects = [self._check(i, output) for i, output in enumerate(self._format.outputs)]
        self._collect_bad()
        bad = self._count("_bad")
        tables: dict[str, int] = {}
        for i, (output, select) in enumerate(zip(self._format.outputs, selects, strict=True)):
            good = f"(select * from _out_{i} where _row not in (select _row from _bad))"
            inserted = self._insert(output, select.raw_rows(good, self._tail(output)))
            tables[output.table] = tables.get(output.table, 0) + inserted
        if bad:
            insert_bad_rows(con, source, self._file, self._file_id, self._files)
        if rejected:
            insert_rejects(con, self._file, self._file_id, self._files)
        for table in ("_rows", "_bad", *(f"_out_{i}" for i in range(len(selects)))):
            con.execute(f"drop table {table}")
        return self._outcome(read - bad, bad + rejected, tables, direct=False)

    def _require_recognised(self, records: int) -> None:
        """FileProblem where not one record is of the format: then the file is not what its folder says."""
        if not records or (self._source.header and self._format.shape == "table"):
            return
        row = self._con.execute(f"select count(*) from _rows where {recognised_sql(self._format)}").fetchone()
        if row and row[0] == 0:
            what = self._format.recognised[1] if self._format.recognised else "a readable record"
            raise FileProblem(f"not what its folder says: none of its {records} records is {what}")

    def _check(self, number: int, output: Output) -> TypedSelect:
        mapped = mapped_relation(self._format, output, "_rows")
        select = self._typed_select(output, mapped)
        self._con.execute(f"create or replace temp table _out_{number} as {select.reporting(mapped)}")
        return select

    def _collect_bad(self) -> None:
        """One row a bad record, with all its problems; with it the other records of its unit."""
        every = " union all ".join(
            f"select {i} as n, _row, _line, _unit, _problems from _out_{i}"
            for i in range(len(self._format.outputs))
        )
        first_places = "list_filter(found, lambda x, i: list_position(found, x) = i)"
        named = f"list_transform(problems, lambda p: string_split(p, '{REASON}')[1])"
        columns = f"list_filter({named}, lambda c: c <> '')"
        reasons = f"list_transform(problems, lambda p: string_split(p, '{REASON}')[2])"
        own = f"""
            select _row, _line, nullif(array_to_string(list_filter({columns},
                lambda x, i: list_position({columns}, x) = i), ', '), '') as _columns,
                array_to_string({reasons}, '; ') as _reasons
            from (select _row, _line, {first_places} as problems from (
                select _row, min(_line) as _line,
                    string_split(string_agg(_problems, '{PROBLEM}' order by n), '{PROBLEM}') as found
                from ({every}) where _problems is not null group by _row
            ))
        """
        mates = f"""
            select distinct e._row, e._line, null::varchar as _columns,
                'belongs to ' || e._unit || ', of which another line has a problem' as _reasons
            from ({every}) as e
            where e._unit in (select b._unit from ({every}) as b where b._problems is not null)
                and e._row not in (select _row from own)
        """
        with_mates = f"union all select * from ({mates})" if self._format.unit else ""
        self._con.execute(
            f"create or replace temp table _bad as with own as ({own}) select * from own {with_mates}"
        )

    # ---- both ----------------------------------------------------------------------------------------------

    def _outcome(self, loaded: int, quarantined: int, tables: dict[str, int], direct: bool) -> Outcome:
        return Outcome(
            rows_read=loaded + quarantined,
            rows_loaded=loaded,
            rows_quarantined=quarantined,
            new_columns=self._source.new_columns,
            missing_columns=tuple(self._source.missing),
            tables=tables,
            direct=direct,
        )

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
