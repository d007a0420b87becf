"""A landing file as a SQL relation: by DuckDB's own reader where the file is sound, else out of staged
records.

Every relation hands on `_row`, `_line` (null when read directly) and `_bad` (why a record is none), and then,
by the shape of the format, its declared columns and `extra`, or one column `j` (JSON), or one column `line`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.formats.base import Csv, Jsonl, Lines, Parquet
from orchestration.lib.ingestion.packed import is_packed
from orchestration.lib.ingestion.privacy import clean_extra_sql
from orchestration.lib.ingestion.schema import FIELDS, MONEY_KINDS
from orchestration.lib.ingestion.sources import Source
from orchestration.lib.ingestion.values import accepts

MARK = "\x01"
"""Parts the numbers of a staged record from its text; JSON and text records that contain it are refused."""

_NUMBERS = [("_row", "bigint"), ("_line", "bigint")]
_NO_NUMBERS = "null::bigint as _row, null::bigint as _line"
_PLAIN = f"auto_detect = false, header = false, delim = '{MARK}', quote = '', escape = ''"
# Else the first line break of the file, perhaps one within a field, would decide.
LINE_FEEDS = "new_line = '\\n'"
"""What our own staged files end their lines with."""


def direct_relation(con: duckdb.DuckDBPyConnection, source: Source) -> str | None:
    """The relation over the file itself, which fails on any defect; None where there is no such reader."""
    name, packed = sql.path(source.path), is_packed(source.path)
    if isinstance(source.reader, Parquet):
        return parquet_relation(con, source, with_numbers=False)
    if isinstance(source.reader, Csv):
        quote = sql.text('"' if source.reader.quoted else "")
        options = (
            f"auto_detect = false, header = {str(source.has_header).lower()},"
            f" columns = {sql.columns_spec(_csv_columns(source))}, delim = {sql.text(source.delimiter)},"
            f" quote = {quote}, escape = {quote}, compression = '{'gzip' if packed else 'none'}'"
        )
        return _csv_table(source, f"read_csv({name}, {options})", _NO_NUMBERS)
    if isinstance(source.reader, Lines):
        compression = "gzip" if packed else "none"
        read = f"read_csv({name}, columns = {{'line': 'varchar'}}, {_PLAIN}, compression = '{compression}')"
        return f"(select {_NO_NUMBERS}, null::varchar as _bad, line from {read})"
    if isinstance(source.reader, Jsonl):
        read = f"read_ndjson_objects({name}, compression = '{'gzip' if packed else 'uncompressed'}')"
        return _json_shape(source, f"(select {_NO_NUMBERS}, null::varchar as _bad, json as j from {read})")
    return None


def staged_relation(source: Source, staged: Path) -> str:
    """The relation over records that were cut out of the file and numbered."""
    if isinstance(source.reader, Csv):
        columns = sql.columns_spec(_NUMBERS + _csv_columns(source))
        read = (
            f"read_csv({sql.path(staged)}, auto_detect = false, header = false, columns = {columns},"
            f" delim = {sql.text(source.delimiter)}, quote = '\"', escape = '\"', {_room(source)})"
        )
        return _csv_table(source, read, "_row, _line")
    columns = sql.columns_spec([*_NUMBERS, ("line", "varchar")])
    read = f"read_csv({sql.path(staged)}, columns = {columns}, {_PLAIN}, {_room(source)})"
    if isinstance(source.reader, Lines):
        return f"(select _row, _line, null::varchar as _bad, line from {read})"
    bad = (
        "case when not json_valid(line) then 'not valid JSON'"
        " when json_type(line) <> 'OBJECT' then 'not a JSON object' end"
    )
    judged = f"(select _row, _line, {bad} as _bad, line from {read})"
    parsed = "case when _bad is null then cast(line as json) end as j"
    return _json_shape(source, f"(select _row, _line, _bad, {parsed} from {judged})")


def staged_texts(source: Source, staged: Path) -> str:
    """`_row` and `raw_text` of staged JSON or text records."""
    columns = sql.columns_spec([*_NUMBERS, ("raw_text", "varchar")])
    return f"read_csv({sql.path(staged)}, columns = {columns}, {_PLAIN}, {_room(source)})"


def parquet_relation(con: duckdb.DuckDBPyConnection, source: Source, with_numbers: bool) -> str:
    """The relation over a Parquet file, with the row number as row and line where asked for."""
    read = source.read_parquet(with_numbers)
    numbers = "file_row_number + 1 as _row, file_row_number + 1 as _line" if with_numbers else _NO_NUMBERS
    if source.format.shape == "json":
        objects = f"(select {numbers}, null::varchar as _bad, {parquet_record(source)} as j from {read})"
        return _json_shape(source, objects)
    columns = []
    for column in source.format.columns:
        value = "null::varchar"
        if column.name in source.known and not _says_nothing(con, source, column.name):
            value = sql.ident(source.header[source.known[column.name]])
        columns.append(f"{value} as {sql.ident(column.name)}")
    extra = _extra(source, ((name, sql.ident(source.header[i])) for name, i in source.unknown.items()))
    return f"(select {numbers}, null::varchar as _bad, {', '.join(columns)}, {extra} as extra from {read})"


def parquet_record(source: Source) -> str:
    """SQL for a whole Parquet row as one JSON object."""
    return "to_json({" + ", ".join(f"{sql.text(name)}: {sql.ident(name)}" for name in source.header) + "})"


def _says_nothing(con: duckdb.DuckDBPyConnection, source: Source, column: str) -> bool:
    """Whether a Parquet column has a type that its field cannot have, but nothing but nulls in it."""
    position = source.known[column]
    fields = {f.name: f for f in FIELDS[source.format.dataset]}
    if column not in fields or accepts(fields[column], source.types[position]):
        return False
    name = sql.ident(source.header[position])
    found = con.execute(f"select count({name}) from {source.read_parquet()}").fetchone()
    return found is not None and found[0] == 0


def _room(source: Source) -> str:
    return f"compression = 'none', {LINE_FEEDS}, max_line_size = {2 * source.limits.record_bytes}"


def _csv_columns(source: Source) -> list[tuple[str, str]]:
    return [(f"c{i}", "varchar") for i in range(len(source.header))]


def _csv_table(source: Source, read: str, numbers: str) -> str:
    columns = ", ".join(
        (f"c{source.known[c.name]}" if c.name in source.known else "null::varchar")
        + f" as {sql.ident(c.name)}"
        for c in source.format.columns
    )
    extra = _extra(source, ((name, f"c{i}") for name, i in source.unknown.items()))
    return f"(select {numbers}, null::varchar as _bad, {columns}, {extra} as extra from {read})"


def _extra(source: Source, unknown: Iterable[tuple[str, str]]) -> str:
    """Unknown columns as one JSON object, without those that are null."""
    pairs = [f"{sql.text(name)}, {column}" for name, column in unknown]
    if not pairs:
        return "null::varchar"
    # Merging into an empty object drops the nulls.
    merged = f"cast(json_merge_patch('{{}}', json_object({', '.join(pairs)})) as varchar)"
    return clean_extra_sql(f"nullif({merged}, '{{}}')")


def _json_shape(source: Source, objects: str) -> str:
    """JSON objects as the format's shape wants them; `objects` has _row, _line, _bad and j."""
    declared = source.format
    if declared.shape == "json":
        # One parse a record, whatever number of values is read of it.
        structure = sql.text(json.dumps(declared.structure))
        record = f"coalesce(j->{sql.json_path(declared.unwrap)}, j)" if declared.unwrap else "j"
        return f"(select _row, _line, _bad, from_json({record}, {structure}) as j from {objects})"
    if declared.flatten:
        nested = f"coalesce(j->{sql.json_path(declared.flatten)}, cast('{{}}' as json))"
        without = f"json_merge_patch(j, {sql.text(json.dumps({declared.flatten: None}))})"
        objects = f"(select _row, _line, _bad, json_merge_patch({without}, {nested}) as j from {objects})"
    money = {f.name for f in FIELDS[declared.dataset] if f.kind in MONEY_KINDS}
    paths: list[str] = []
    columns, defects = [], []
    for column in declared.columns:
        values = []
        for name in column.names:
            paths.append(sql.json_path(name))
            values.append(f"v[{len(paths)}]")
            defects.append(_json_defect(values[-1], paths[-1], name, exact=name in money))
        columns.append(f"coalesce({', '.join(values)}) as {sql.ident(column.name)}")
    settled = [*declared.ignored, *(name for c in declared.columns for name in c.names)]
    rest = f"json_merge_patch(j, {sql.text(json.dumps(dict.fromkeys(settled)))})"
    extra = clean_extra_sql(f"nullif(cast({rest} as varchar), '{{}}')")
    valued = f"(select *, json_extract_string(j, [{', '.join(paths)}]) as v from {objects})"
    return (
        f"(select _row, _line, coalesce(_bad, {', '.join(defects)}) as _bad, json_keys(j) as _keys,"
        f" {', '.join(columns)}, {extra} as extra from {valued})"
    )


def _json_defect(value: str, path: str, name: str, exact: bool) -> str:
    """What is wrong with a JSON value: nested where a plain one belongs, or a float too long to be exact."""
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
