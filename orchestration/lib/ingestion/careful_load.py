"""The careful way: record by record, good ones into `raw`, others into quarantine with line and reason.

Records are staged and judged in pieces of bounded size, so that no file needs more memory than another.
"""

from __future__ import annotations

from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.formats.base import Csv, JsonDocument, Jsonl, Output, Parquet
from orchestration.lib.ingestion.ledger import Outcome
from orchestration.lib.ingestion.limits import RAW_TEXT_CHARACTERS
from orchestration.lib.ingestion.mapping import mapped_relation, recognised_sql, rows_relation
from orchestration.lib.ingestion.quarantine import insert_bad_rows, insert_rejects
from orchestration.lib.ingestion.relations import parquet_relation, staged_relation, staged_texts
from orchestration.lib.ingestion.staging import StagedFiles, stage
from orchestration.lib.ingestion.target import Target
from orchestration.lib.ingestion.typed_select import PROBLEM, REASON, TypedSelect


class CarefulLoad:
    """The careful loading of one file; temporary tables hold what is known so far.

    _rows     the source rows of the current piece
    _out_<i>  all records of output i, with their problems
    _texts    row number and raw text of records with problems
    _bad      every record that goes to quarantine
    """

    def __init__(self, target: Target, files: StagedFiles) -> None:
        self._target, self._files = target, files
        self._con, self._source, self._format = target.con, target.source, target.format
        self._selects: list[TypedSelect] = []
        self._keys: set[str] = set()
        self._read = self._recognised = 0

    def run(self) -> Outcome:
        """Loads the file. FileProblem where it is not what its folder says."""
        rejected = 0
        if isinstance(self._source.reader, Parquet):
            self._judge(parquet_relation(self._con, self._source, with_numbers=True))
        else:
            # Rows that only load together have to be seen together.
            for piece in stage(self._source, self._files, whole=self._format.unit is not None):
                rejected = piece.rejected
                self._judge(staged_relation(self._source, self._files.records))
                self._keep_texts()
        self._require_format(self._read + rejected)
        self._collect_bad()
        bad = self._target.count("select count(*) from _bad")
        tables: dict[str, int] = {}
        for i, output in enumerate(self._format.outputs):
            good = f"(select * from _out_{i} where _row not in (select _row from _bad))"
            inserted = self._target.insert(output, self._selects[i].raw_rows(good, self._target.tail(output)))
            tables[output.table] = tables.get(output.table, 0) + inserted
        if bad:
            insert_bad_rows(self._con, self._source, self._target.file, self._target.file_id, self._files)
        if rejected:
            insert_rejects(self._con, self._target.file, self._target.file_id, self._files)
        for table in ("_rows", "_texts", "_bad", *(f"_out_{i}" for i in range(len(self._selects)))):
            self._con.execute(f"drop table if exists {table}")
        return self._target.outcome(self._read - bad, bad + rejected, tables, direct=False)

    def _judge(self, relation: str) -> None:
        """Adds the records of a piece to what is known."""
        rows = rows_relation(self._format, relation)
        self._con.execute(f"create or replace temp table _rows as select * from {rows}")
        self._read += self._target.count("select count(*) from _rows")
        recognised = recognised_sql(self._format)
        self._recognised += self._target.count(f"select count(*) from _rows where {recognised}")
        if self._has_keys():
            keys = self._con.execute("select distinct unnest(_keys) from _rows").fetchall()
            self._keys.update(row[0] for row in keys)
        for i, output in enumerate(self._format.outputs):
            self._judge_output(i, output)

    def _judge_output(self, number: int, output: Output) -> None:
        mapped = mapped_relation(self._format, output, "_rows")
        if number < len(self._selects):
            self._con.execute(f"insert into _out_{number} {self._selects[number].reporting(mapped)}")
            return
        select = self._target.typed_select(output, mapped)
        self._selects.append(select)
        self._con.execute(f"create or replace temp table _out_{number} as {select.reporting(mapped)}")

    def _has_keys(self) -> bool:
        """Whether the header is in the records themselves."""
        return self._format.shape == "table" and isinstance(self._source.reader, Jsonl | JsonDocument)

    def _keep_texts(self) -> None:
        """Keeps the raw text of a piece's bad records (CSV: they are looked up in the file itself)."""
        if isinstance(self._source.reader, Csv):
            return
        bad = " union ".join(
            f"select _row from _out_{i} where _problems is not null" for i in range(len(self._selects))
        )
        self._con.execute("create temp table if not exists _texts (_row bigint, raw_text varchar)")
        self._con.execute(
            f"insert into _texts select _row, left(raw_text, {RAW_TEXT_CHARACTERS})"
            f" from {staged_texts(self._source, self._files.records)}"
            f" where _row in (select _row from _rows) and _row in ({bad})"
        )

    def _require_format(self, records: int) -> None:
        """FileProblem where not one record is of the format, or a required key is nowhere."""
        declared_by_header = bool(self._source.header) and self._format.shape == "table"
        if records and not self._recognised and not declared_by_header:
            what = self._format.recognised[1] if self._format.recognised else "a readable record"
            raise FileProblem(f"not what its folder says: none of its {records} records is {what}")
        if self._has_keys():
            self._source.set_keys(self._keys)

    def _collect_bad(self) -> None:
        """One row a bad record, with all its problems; with it the other records of its unit."""
        every = " union all ".join(
            f"select {i} as n, _row, _line, _unit, _problems from _out_{i}" for i in range(len(self._selects))
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
