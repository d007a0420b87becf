"""Reads a registry file: UTF-8, comma-separated, with or without a byte-order mark, any line ends."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from orchestration.lib.registry.model import Finding, Row, Severity, Sheet
from orchestration.lib.registry.tables import Table

RULE = "readable_file"


def read_sheet(folder: Path, table: Table) -> tuple[Sheet | None, list[Finding]]:
    """The rows of one table's file, and what is wrong with the file or single lines of it.

    Rows with too few or too many fields are findings and left out. The sheet is None when the file as a whole
    cannot be used.
    """
    file = folder / table.file
    expected = ",".join(table.header)
    if not file.is_file():
        return None, [
            _error(table, None, f"the file is missing in {folder}.", f"Create it with the header {expected}")
        ]
    try:
        data = file.read_bytes()
    except OSError as error:
        return None, [
            _error(table, None, f"the file cannot be read ({error.strerror}).", "Check its rights.")
        ]
    text, finding = _decode(data, table)
    if text is None:
        return None, [finding] if finding else []
    records = _records(text)
    try:
        _, header = next(records, (1, []))
        columns = [name.strip().lower() for name in header]
        finding = _check_header(table, header, columns, expected)
        if finding:
            return None, [finding]
        return _rows(table, columns, records)
    except csv.Error as error:
        return None, [_error(table, None, f"the file is not CSV ({error}).", "Save it as CSV (UTF-8) again.")]


def _decode(data: bytes, table: Table) -> tuple[str | None, Finding | None]:
    mend = "Save the file as CSV UTF-8."
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None, _error(table, None, "the file is UTF-16, not UTF-8.", mend)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = f"the byte 0x{data[error.start]:02x} is not UTF-8."
        return None, _error(table, line, wrong, mend)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return None, _error(table, line, "there is a NUL byte.", mend)
    return text, None


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line where each begins; a quoted value may span lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for fields in reader:
        yield begins, fields
        begins = reader.line_num + 1


def _check_header(table: Table, header: list[str], columns: list[str], expected: str) -> Finding | None:
    mend = f"The header must have {expected}"
    if not any(columns):
        return _error(table, None, "the file is empty.", mend)
    missing = [name for name in table.header if name not in columns]
    if missing:
        problem = f"the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} "
        problem += f"{'are' if len(missing) > 1 else 'is'} missing."
        if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
            problem = "values are separated by semicolons or tabs, not by commas."
        return _error(table, 1, problem, mend)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        return _error(table, 1, f"the column {', '.join(twice)} is there twice.", "Keep one of them.")
    return None


def _rows(
    table: Table, columns: list[str], records: Iterator[tuple[int, list[str]]]
) -> tuple[Sheet, list[Finding]]:
    rows: list[Row] = []
    findings: list[Finding] = []
    width = len(columns)
    for line, fields in records:
        if not fields:
            continue
        if len(fields) != width:
            problem = f"the row has {len(fields)} fields, the header has {width}."
            mend = "Put values that contain a comma in double quotes."
            findings.append(_error(table, line, problem, mend))
            continue
        values = {
            name: value for name, field in zip(columns, fields, strict=True) if (value := field.strip())
        }
        if values:
            rows.append(Row(line, values))
        else:
            findings.append(
                Finding(Severity.WARNING, RULE, table.file, line, "the row is empty.", "Take it out.")
            )
    return Sheet(table, tuple(rows)), findings


def _error(table: Table, line: int | None, message: str, mend: str) -> Finding:
    return Finding(Severity.ERROR, RULE, table.file, line, message, mend)
