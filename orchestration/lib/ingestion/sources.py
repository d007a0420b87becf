"""A landing file as a SQL relation: by DuckDB's own reader where the file is sound, else out of staged records.

Every relation hands on `_row`, `_line` (null when read directly) and `_bad` (why a record is none), and then, by the
shape of the format, its declared columns and `extra`, or one column `j` (JSON), or one column `line`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.documents import json_records
from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.formats.base import Csv, Format, JsonDocument, Jsonl, Lines, Parquet, Reader
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.packed import chunks, is_packed
from orchestration.lib.ingestion.privacy import clean_extra_sql
from orchestration.lib.ingestion.records import Bad, Good, csv_records, lines, split_header, text_records
from orchestration.lib.ingestion.schema import FIELDS, MONEY_KINDS
from orchestration.lib.ingestion.values import accepts

_DIRECT = "null::bigint as _row, null::bigint as _line"
_MARK = "\x01"  # never within a staged line: JSON and text records with it are refused


@dataclass
class Source:
    """One file, opened: what its header says, and how to select from it."""

    path: Path
    format: Format
    reader: Reader
    limits: Limits
    header: list[str] = field(default_factory=list)
    delimiter: str = ","
    known: dict[str, int] = field(default_factory=dict)  # declared column -> position in the header
    types: dict[str, str] = field(default_factory=dict)  # Parquet: column -> SQL type
    unknown: dict[str, int] = field(default_factory=dict)  # column to keep in `extra` -> position
    has_header: bool = True
    new_columns: list[str] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)

    # ---- opening -------------------------------------------------------------------------------------------

    def open(self, con: duckdb.DuckDBPyConnection) -> None:
        """Reads the header. FileProblem where it is not what the folder says."""
        if self.path.stat().st_size == 0:
            raise FileProblem("the file is empty (0 bytes): not even a header")
        if isinstance(self.reader, Csv):
            self._open_csv(self.reader)
        elif isinstance(self.reader, Parquet):
            self._open_parquet(con)
        else:
            self._check_text()

    def _first_bytes(self) -> bytes:
        stream = chunks(self.path, self.limits)
        first = next(stream, b"")
        stream.close()  # type: ignore[attr-defined]
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise FileProblem("the file is UTF-16; save it as UTF-8")
        return first

    def _check_text(self) -> None:
        if self._first_bytes()[:4] == b"PAR1":
            raise FileProblem("the file is Parquet under another name; call it .parquet")

    def _open_csv(self, reader: Csv) -> None:
        self._check_text()
        self.delimiter = reader.delimiter
        first = self._first_line()
        if reader.delimiters:
            self.delimiter = max((reader.delimiter, *reader.delimiters), key=first.count)
        self.has_header = not (reader.names and first.split(self.delimiter)[0] != reader.names[0])
        if self.has_header:
            header = split_header(first, self.delimiter, reader.quoted)
        else:
            assert reader.names is not None
            header, width = list(reader.names), first.count(self.delimiter) + 1
            if width != len(header):
                raise FileProblem(f"the first line has {width} fields; expected {len(header)}")
        self.header = [name.strip() for name in header]
        self._match_header()

    def _first_line(self) -> str:
        for line in lines(chunks(self.path, self.limits), self.limits.record_bytes):
            try:
                text = line.data.decode()
            except UnicodeDecodeError as error:
                raise FileProblem(
                    "the first line is not UTF-8 (wrong encoding); save the file as UTF-8"
                ) from error
            if "\r" in text:
                raise FileProblem("the lines end in bare carriage returns; save the file with line feeds")
            if text.strip():
                return text
        raise FileProblem("the file has no header, only blank lines")

    def _match_header(self) -> None:
        ignored = {name.casefold() for name in self.format.ignored}
        meaning = {
            name.casefold(): (column.name, rank)
            for column in reversed(self.format.columns)
            for rank, name in enumerate(column.names)
        }
        best: dict[str, int] = {}
        for position, name in enumerate(self.header):
            column, rank = meaning.get(name.casefold(), (None, 0))
            if column is None:
                if name.casefold() not in ignored:
                    self._add_new(position, name)
            elif column not in self.known:
                self.known[column], best[column] = position, rank
            elif best[column] == rank:
                raise FileProblem(f"the header has the column {name} twice")
            elif best[column] < rank:
                self._add_new(position, name)
            else:
                self._add_new(self.known[column], self.header[self.known[column]])
                self.known[column], best[column] = position, rank
        self.missing_columns = [c.name for c in self.format.columns if c.name not in self.known]
        self.require(self.missing_columns)

    def _add_new(self, position: int, name: str) -> None:
        """Notes an unknown column under a name that no other column has."""
        label = name or f"column_{position + 1}"
        while label in self.unknown:
            label += "_"
        self.unknown[label] = position
        self.new_columns.append(label)

    def require(self, missing: Iterable[str]) -> None:
        """FileProblem where a required column is among the missing ones."""
        absent = set(missing)
        lacking = [c.name for c in self.format.columns if c.required and c.name in absent]
        if lacking:
            others = ", ".join(self.new_columns[:8]) or "nothing else"
            raise FileProblem(
                f"the header lacks {', '.join(lacking)}; it has {', '.join(self.known) or 'no known column'}"
                f" and {others}"
            )

    def _open_parquet(self, con: duckdb.DuckDBPyConnection) -> None:
        try:
            described = con.execute(f"describe select * from {self._parquet()}").fetchall()
        except duckdb.Error as error:
            raise FileProblem(f"not a readable Parquet file ({_short(error)})") from error
        self.types = {row[0]: row[1] for row in described}
        self.header = list(self.types)
        if self.format.shape == "table":
            self._match_header()

    def _parquet(self, row_numbers: bool = False) -> str:
        numbered = ", file_row_number = true" if row_numbers else ""
        return f"read_parquet({sql.path(self.path)}, binary_as_string = true{numbered})"

    # ---- relations -----------------------------------------------------------------------------------------

    def direct(self, con: duckdb.DuckDBPyConnection) -> str | None:
        """The relation over the file itself, which fails on any defect; None where there is none."""
        packed = ", compression = 'gzip'" if is_packed(self.path) else ", compression = 'none'"
        name = sql.path(self.path)
        if isinstance(self.reader, Parquet):
            return self.parquet_relation(con, _DIRECT, row_numbers=False)
        if isinstance(self.reader, Csv):
            has_header = "false" if self.reader.names else "true"
            read = (
                f"read_csv({name}, header = {has_header}, {self._csv_options(self._csv_columns())}{packed})"
            )
            return self._table_from_csv(read, _DIRECT)
        if isinstance(self.reader, Lines):
            options = (
                f"auto_detect = false, header = false, columns = {{'line': 'varchar'}}, delim = '{_MARK}'"
            )
            read = f"read_csv({name}, {options}, quote = '', escape = ''{packed})"
            return f"(select {_DIRECT}, null::varchar as _bad, line from {read})"
        if isinstance(self.reader, Jsonl):
            read = f"read_ndjson_objects({name}{packed.replace('none', 'uncompressed')})"
            return self._from_json(f"(select {_DIRECT}, null::varchar as _bad, json as j from {read})")
        return None

    def parquet_relation(self, con: duckdb.DuckDBPyConnection, numbers: str, row_numbers: bool) -> str:
        """The relation over a Parquet file, with the row number as line where asked for."""
        read = self._parquet(row_numbers)
        if self.format.shape == "json":
            record = ", ".join(f"{sql.text(name)}: {sql.ident(name)}" for name in self.types)
            return f"(select {numbers}, null::varchar as _bad, to_json({{{record}}}) as j from {read})"
        columns = []
        for column in self.format.columns:
            name = sql.ident(column.name)
            if column.name not in self.known:
                columns.append(f"null::varchar as {name}")
                continue
            source = sql.ident(list(self.types)[self.known[column.name]])
            sql_type = list(self.types.values())[self.known[column.name]]
            if self._says_nothing(con, column.name, source, sql_type):
                columns.append(f"null::varchar as {name}")
            else:
                columns.append(f"{source} as {name}")
        actual = list(self.types)
        extra = self._extra((name, sql.ident(actual[i])) for name, i in self.unknown.items())
        return (
            f"(select {numbers}, null::varchar as _bad, {', '.join(columns)}, {extra} as extra from {read})"
        )

    def _says_nothing(self, con: duckdb.DuckDBPyConnection, column: str, source: str, sql_type: str) -> bool:
        """Whether the column has a type that the field cannot have, but nothing but nulls in it."""
        fields = {f.name: f for f in FIELDS[self.format.dataset]}
        if column not in fields or accepts(fields[column], sql_type):
            return False
        found = con.execute(f"select count({source}) from {self._parquet()}").fetchone()
        return found is not None and found[0] == 0

    def _csv_columns(self) -> list[tuple[str, str]]:
        return [(f"c{i}", "varchar") for i in range(len(self.header))]

    def _csv_options(self, columns: list[tuple[str, str]]) -> str:
        quote = "'\"'" if not isinstance(self.reader, Csv) or self.reader.quoted else "''"
        return (
            f"auto_detect = false, columns = {sql.columns_spec(columns)}, delim = {sql.text(self.delimiter)},"
            f" quote = {quote}, escape = {quote}"
        )

    def _table_from_csv(self, read: str, numbers: str, bad: str = "null::varchar") -> str:
        columns = [
            f"c{self.known[c.name]} as {sql.ident(c.name)}"
            if c.name in self.known
            else f"null::varchar as {sql.ident(c.name)}"
            for c in self.format.columns
        ]
        unknown = ((name, f"c{i}") for name, i in self.unknown.items())
        return f"(select {numbers}, {bad} as _bad, {', '.join(columns)}, {self._extra(unknown)} as extra from {read})"

    def _extra(self, unknown: Iterable[tuple[str, str]]) -> str:
        pairs = [f"{sql.text(name)}, {column}" for name, column in unknown]
        if not pairs or self.format.drop_unknown:
            return "null::varchar"
        # Merging into an empty object drops the nulls.
        merged = f"cast(json_merge_patch('{{}}', json_object({', '.join(pairs)})) as varchar)"
        return clean_extra_sql(f"nullif({merged}, '{{}}')")

    def _from_json(self, objects: str) -> str:
        """JSON objects as the format's shape wants them; `objects` has _row, _line, _bad and j."""
        if self.format.shape == "json":
            return objects
        if self.format.flatten:
            nested = f"coalesce(j->{sql.json_path(self.format.flatten)}, cast('{{}}' as json))"
            without = f"json_merge_patch(j, {sql.text(json.dumps({self.format.flatten: None}))})"
            objects = f"(select _row, _line, _bad, json_merge_patch({without}, {nested}) as j from {objects})"
        paths: list[str] = []
        columns, defects = [], []
        money = {f.name for f in FIELDS[self.format.dataset] if f.kind in MONEY_KINDS}
        for column in self.format.columns:
            places = []
            for name in column.names:
                paths.append(sql.json_path(name))
                places.append(f"v[{len(paths)}]")
                defects.append(_json_defect(places[-1], paths[-1], name, exact=name in money))
            columns.append(f"coalesce({', '.join(places)}) as {sql.ident(column.name)}")
        settled = [*self.format.ignored, *(name for c in self.format.columns for name in c.names)]
        rest = f"json_merge_patch(j, {sql.text(json.dumps(dict.fromkeys(settled)))})"
        extra = "null::varchar"
        if not self.format.drop_unknown:
            extra = clean_extra_sql(f"nullif(cast({rest} as varchar), '{{}}')")
        valued = f"(select *, json_extract_string(j, [{', '.join(paths)}]) as v from {objects})"
        return (
            f"(select _row, _line, coalesce(_bad, {', '.join(defects)}) as _bad, json_keys(j) as _keys,"
            f" {', '.join(columns)}, {extra} as extra from {valued})"
        )

    # ---- staging -------------------------------------------------------------------------------------------

    def stage(self, staged: Path, rejects: Path) -> tuple[str, int]:
        """Writes the records with their numbers to `staged` and what is none to `rejects` (CSV: line, reason, raw).

        Returns the relation over `staged` and the number of records that are none.
        """
        found = chunks(self.path, self.limits)
        limit = self.limits.record_bytes
        records: Iterable[Good | Bad]
        if isinstance(self.reader, JsonDocument):
            records = json_records(found, self.reader.wrappers, limit)
        elif isinstance(self.reader, Csv):
            source = lines(found, limit)
            if self.has_header:
                next(line for line in source if line.data.strip())
            records = csv_records(source, len(self.header), self.delimiter, self.reader.quoted, limit)
        else:
            records = text_records(lines(found, limit), limit)
        mark = self.delimiter if isinstance(self.reader, Csv) else _MARK
        rejected = _write(records, staged, rejects, mark.encode())
        return self._staged_relation(staged), rejected

    def _staged_relation(self, staged: Path) -> str:
        numbers = [("_row", "bigint"), ("_line", "bigint")]
        room = f", header = false, compression = 'none', max_line_size = {2 * self.limits.record_bytes}"
        name = sql.path(staged)
        if isinstance(self.reader, Csv):
            quoted = "quote = '\"', escape = '\"'"
            columns = sql.columns_spec(numbers + self._csv_columns())
            read = f"read_csv({name}, auto_detect = false, columns = {columns}, delim = {sql.text(self.delimiter)}"
            return self._table_from_csv(f"{read}, {quoted}{room})", "_row, _line")
        columns = sql.columns_spec([*numbers, ("line", "varchar")])
        read = f"read_csv({name}, columns = {columns}, {self._mark_options()})"
        if isinstance(self.reader, Lines):
            return f"(select _row, _line, null::varchar as _bad, line from {read})"
        bad = (
            "case when not json_valid(line) then 'not valid JSON'"
            " when json_type(line) <> 'OBJECT' then 'not a JSON object' end"
        )
        checked = f"(select _row, _line, {bad} as _bad, line from {read})"
        objects = (
            f"(select _row, _line, _bad, case when _bad is null then line::json end as j from {checked})"
        )
        return self._from_json(objects)

    def staged_texts(self, staged: Path) -> str:
        """`_row` and `raw_text` of staged JSON records or lines."""
        columns = sql.columns_spec([("_row", "bigint"), ("_line", "bigint"), ("raw_text", "varchar")])
        return f"read_csv({sql.path(staged)}, columns = {columns}, {self._mark_options()})"

    def _mark_options(self) -> str:
        size = 2 * self.limits.record_bytes
        return (
            f"auto_detect = false, header = false, delim = '{_MARK}', quote = '', escape = '',"
            f" compression = 'none', max_line_size = {size}"
        )


def _json_defect(value: str, path: str, name: str, exact: bool) -> str:
    """SQL for what is wrong with a JSON value: nested where a plain one belongs, or a float too long to be exact."""
    kind = f"json_type(j, {path})"
    nested = (
        f"when {value}[1] in ('{{', '[') and {kind} in ('OBJECT', 'ARRAY')"
        f" then {sql.text(f'{name}: an object or a list where one value belongs')}"
    )
    digits = f"length(regexp_replace({value}, '[^0-9]', '', 'g'))"
    inexact = (
        f"when {digits} > 15 and {kind} = 'DOUBLE'"
        f" then {sql.text(f'{name}: a JSON number of more than 15 digits is not exact; write it as text')}"
    )
    return f"case {nested} {inexact if exact else ''} end"


def _short(error: duckdb.Error) -> str:
    """The first line of an engine's message."""
    return str(error).strip().splitlines()[0][:300]


def _write(records: Iterable[Good | Bad], staged: Path, rejects: Path, mark: bytes) -> int:
    rejected = row = 0
    batch: list[bytes] = []
    with staged.open("wb") as good_file, rejects.open("w", newline="", encoding="utf-8") as bad_file:
        bad_rows = csv.writer(bad_file, quoting=csv.QUOTE_ALL)
        for record in records:
            row += 1
            if isinstance(record, Good):
                batch.append(b"%d%b%d%b%b\n" % (row, mark, record.line, mark, record.data))
                if len(batch) >= 2000:
                    good_file.writelines(batch)
                    batch.clear()
            else:
                rejected += 1
                bad_rows.writerow((record.line, record.reason, record.raw))
        good_file.writelines(batch)
    return rejected
