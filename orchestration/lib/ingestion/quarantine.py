"""`raw.quarantine` and the folder derived from it, for people who open files rather than databases."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.formats.base import Csv, Parquet
from orchestration.lib.ingestion.landing import LandingFile
from orchestration.lib.ingestion.limits import RAW_TEXT_CHARACTERS
from orchestration.lib.ingestion.packed import chunks
from orchestration.lib.ingestion.privacy import truncate_ip_sql
from orchestration.lib.ingestion.records import lines, show
from orchestration.lib.ingestion.relations import LINE_FEEDS, parquet_record
from orchestration.lib.ingestion.sources import Source
from orchestration.lib.ingestion.staging import StagedFiles

_ROW = "file_id, path, dataset, format, line, column_name, reason, raw_text, quarantined_at, cleared_at"
_TEXTS = (
    f"auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', {LINE_FEEDS},"
    " compression = 'none', max_line_size = 16777216"
)


def _insert(con: duckdb.DuckDBPyConnection, file: LandingFile, file_id: int, select: str) -> None:
    """Inserts `line, column_name, reason, raw_text` rows; no raw text keeps a whole IP address."""
    about = f"{file_id}, {sql.text(file.relative)}, {sql.text(file.dataset)}, {sql.text(file.format_name)}"
    con.execute(
        f"insert into raw.quarantine ({_ROW}) select {about}, line, column_name, reason,"
        f" {truncate_ip_sql('raw_text')}, now() at time zone 'UTC', null from ({select})"
    )


def insert_rejects(
    con: duckdb.DuckDBPyConnection, file: LandingFile, file_id: int, files: StagedFiles
) -> None:
    """What the cutting into records set aside."""
    columns = sql.columns_spec([("line", "bigint"), ("reason", "varchar"), ("raw_text", "varchar")])
    read = f"read_csv({sql.path(files.rejects)}, columns = {columns}, {_TEXTS})"
    _insert(con, file, file_id, f"select line, null::varchar as column_name, reason, raw_text from {read}")


def insert_bad_rows(
    con: duckdb.DuckDBPyConnection, source: Source, file: LandingFile, file_id: int, files: StagedFiles
) -> None:
    """The records in the temporary table `_bad`, with the raw text fetched from where they lie."""
    if isinstance(source.reader, Parquet):
        record = f"cast({parquet_record(source)} as varchar)"
        read = source.read_parquet(row_numbers=True)
        texts = f"select file_row_number + 1 as _row, {record} as raw_text from {read}"
    elif isinstance(source.reader, Csv):
        rows = con.execute("select _line, _row from _bad order by _line, _row").fetchall()
        _write_raw_lines(source, rows, files.raw_texts)
        columns = sql.columns_spec([("_row", "bigint"), ("raw_text", "varchar")])
        texts = (
            f"select _row, raw_text from read_csv({sql.path(files.raw_texts)}, columns = {columns}, {_TEXTS})"
        )
    else:
        texts = "select _row, raw_text from _texts"
    select = (
        "select b._line as line, b._columns as column_name, b._reasons as reason,"
        f" left(t.raw_text, {RAW_TEXT_CHARACTERS}) as raw_text"
        f" from _bad as b left join ({texts}) as t on t._row = b._row"
    )
    _insert(con, file, file_id, select)


def _write_raw_lines(source: Source, wanted: list[tuple[int, int]], target: Path) -> None:
    """Finds the physical lines of the wanted (first line, row) records and writes row and text as CSV."""
    physical = lines(chunks(source.path, source.limits), source.limits.record_bytes)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for first_line, row in wanted:
            for line in physical:
                if line.number == first_line:
                    data = line.data
                    while data.count(b'"') % 2:
                        following = next(physical, None)
                        if following is None:
                            break
                        data += b"\n" + following.data
                    writer.writerow((row, show(data)))
                    break


def write_quarantine_folder(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Writes what is in quarantine as files: `index.csv` (a line for each file and reason), a CSV per file.

    Derived from the table each time, so that it never says anything else; cleared rows are left out.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    building = folder / ".new"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    index = _query(
        con,
        "select path, dataset, format, column_name, reason, count(*) as rows, min(line) as first_line"
        " from raw.quarantine where cleared_at is null group by all"
        " order by path, reason, column_name, first_line",
    )
    _write_csv(building / "index.csv", index)
    paths = [row[0] for row in con.execute(
        "select distinct path from raw.quarantine where cleared_at is null order by path"
    ).fetchall()]  # fmt: skip
    for path in paths:
        rows = _query(
            con,
            "select path, line, column_name, reason, raw_text, quarantined_at from raw.quarantine"
            " where cleared_at is null and path = ? order by line nulls first, reason, raw_text, file_id",
            [path],
        )
        _write_csv(building / _file_name(path), rows)
    for old in folder.glob("*.csv"):
        if not (building / old.name).exists():
            old.unlink()
    for new in sorted(building.iterdir()):
        new.replace(folder / new.name)
    building.rmdir()


def _file_name(path: str) -> str:
    """A flat, unique, harmless name for a landing path."""
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in path)
    return f"{readable[-100:]}-{hashlib.sha256(path.encode()).hexdigest()[:8]}.csv"


def _query(con: duckdb.DuckDBPyConnection, query: str, values: list[str] | None = None) -> Iterator[tuple]:
    """Header, then rows, without holding them all."""
    cursor = con.execute(query, values or [])
    yield tuple(column[0] for column in cursor.description or ())
    while rows := cursor.fetchmany(10_000):
        yield from rows


def _write_csv(path: Path, rows: Iterator[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    path.chmod(0o600)
