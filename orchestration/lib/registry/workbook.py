"""Reads the registry from one spreadsheet (XLSX): a sheet a table, as marketers keep it.

Spreadsheet programs change what people type: 20260301 becomes a number, MAY10 a date, 10 % the number 0.1.
What can be read back for sure is; what cannot is a finding with sheet and row, never a guess.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.lib.registry.model import Finding, Severity
from orchestration.lib.registry.tables import TABLES, Column, Table

RULE = "spreadsheet"
# What a registry never needs; a sheet beyond it is formatted to its end, or made to fill the memory.
MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
# Spreadsheets keep 15 digits of a number and make the others 0.
_FIRST_LOST = Decimal(10) ** 15
_ZEROS = re.compile(r"0{2,}")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_NOTES = ("read me", "readme", "read_me", "lists")


@dataclass
class SheetData:
    """One table as read from a spreadsheet: its columns in their order, and its rows as text."""

    table: Table
    columns: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass
class WorkbookData:
    """The tables of a spreadsheet by name, and what is wrong with it; with errors it must not be used."""

    sheets: dict[str, SheetData] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """True when the spreadsheet must not be imported."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def name_of(text: object) -> str:
    """A sheet's or column's name as the registry writes it: `Influencer ID` is `influencer_id`."""
    return _NOT_WORD.sub("_", str(text).strip().lower()).strip("_")


def read_workbook(file: Path) -> WorkbookData:
    """The registry's tables in a spreadsheet. A table without a sheet is not in the result.

    Whatever is wrong is a finding; nothing is raised for a file that cannot be read.
    """
    data = WorkbookData()
    try:
        _check_size(file)
        # Two readings of the same cells: what they show, and whether a formula is behind it.
        shown, written = _open(file, values=True), _open(file, values=False)
    except Exception as error:  # openpyxl raises whatever a broken file leads it into
        reason = str(error) or type(error).__name__
        data.findings.append(
            _finding(file.name, None, f"the file cannot be read as XLSX ({reason}).", "Save it anew.")
        )
        return data
    tables = {table.name: table for table in TABLES}
    for title in shown.sheetnames:
        table = tables.get(name_of(title))
        if table is None:
            if name_of(title) not in {name_of(each) for each in _NOTES}:
                message = f"the sheet is not a table of the registry ({', '.join(tables)}); it is left out."
                data.findings.append(_finding(title, None, message, "", Severity.WARNING))
            continue
        if table.name in data.sheets:
            data.findings.append(
                _finding(title, None, "there are two sheets of this table.", "Keep one of them.")
            )
            continue
        sheet = _read_sheet(table, title, shown[title], written[title], data.findings)
        if sheet is not None:
            data.sheets[table.name] = sheet
    if not data.sheets and not data.has_errors:
        message = f"there is no sheet of the registry in {file.name}."
        data.findings.append(_finding(file.name, None, message, f"Name the sheets {', '.join(tables)}."))
    return data


def _check_size(file: Path) -> None:
    with zipfile.ZipFile(file) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise ValueError(f"it unpacks to {size / 1024**2:.0f} MB")


def _open(file: Path, values: bool) -> Any:
    import openpyxl

    return openpyxl.load_workbook(file, read_only=True, data_only=values, keep_links=False)


def _finding(
    sheet: str, line: int | None, message: str, mend: str, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(severity, RULE, f"sheet {sheet}", line, message, mend)


def _read_sheet(
    table: Table, title: str, shown: Any, written: Any, findings: list[Finding]
) -> SheetData | None:
    """The rows of a sheet; None when its header cannot be used."""
    # What the file says about its own size is often wrong, and may be a lie.
    shown.reset_dimensions()
    written.reset_dimensions()
    pairs = zip(_lines(shown), _lines(written), strict=False)
    columns: list[str] | None = None
    sheet: SheetData | None = None
    for (line, cells), (_, formulas) in pairs:
        if line > MAX_ROWS:
            findings.append(
                _finding(title, line, f"there are more than {MAX_ROWS} rows.", "Delete what is empty.")
            )
            break
        if columns is None:
            if not any(cell.value is not None for cell in cells):
                continue
            columns = _header(table, title, line, cells, findings)
            if columns is None:
                return None
            sheet = SheetData(table, [column for column in columns if column])
            continue
        row = _row(table, title, line, columns, cells, formulas, findings)
        if row and sheet is not None:
            sheet.rows.append(row)
    if sheet is None:
        findings.append(
            _finding(title, None, "the sheet is empty.", f"Its first row must be {', '.join(table.header)}.")
        )
    return sheet


def _lines(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    yield from enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + 1), start=1)


def _header(
    table: Table, title: str, line: int, cells: tuple[Any, ...], findings: list[Finding]
) -> list[str] | None:
    columns = ["" if cell.value is None else name_of(cell.value) for cell in cells]
    missing = [name for name in table.header if name not in columns]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if missing:
        wanted = ", ".join(table.header)
        findings.append(
            _finding(title, line, f"there is no column {', '.join(missing)}.", f"The columns are {wanted}.")
        )
    if twice:
        findings.append(
            _finding(title, line, f"the column {', '.join(twice)} is there twice.", "Keep one of them.")
        )
    return None if missing or twice else columns


def _row(
    table: Table,
    title: str,
    line: int,
    columns: list[str],
    cells: tuple[Any, ...],
    formulas: tuple[Any, ...],
    findings: list[Finding],
) -> dict[str, str]:
    kinds = {column.name: column for column in table.columns}
    row: dict[str, str] = {}
    for place, name in enumerate(columns):
        cell = cells[place] if place < len(cells) else None
        if not name or cell is None:
            continue
        formula = formulas[place].value if place < len(formulas) else None
        if cell.value is None and isinstance(formula, str) and formula.startswith("="):
            message = f"{name} has a formula without a result ({formula[:60]})."
            findings.append(
                _finding(title, line, message, "Open it in a spreadsheet program and save it once.")
            )
            continue
        try:
            text = _text(cell, kinds.get(name))
        except _Unclear as problem:
            findings.append(
                _finding(title, line, f"{name} {problem}", "Format the cell as text and type it again.")
            )
            continue
        if text:
            row[name] = text
    return row


class _Unclear(ValueError):
    """A cell's value is not what was typed; the message reads on after the column's name."""


def _text(cell: Any, column: Column | None) -> str:
    """A cell as the registry writes it.

    Raises:
        _Unclear: the spreadsheet made something of the text that cannot be undone.
    """
    value = cell.value
    kind = column.kind if column else "text"
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            raise _Unclear(f"is an error ({value}).")
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value, kind, str(getattr(cell, "number_format", "") or ""))
    if isinstance(value, (datetime, date)):
        return _moment(value, kind)
    if isinstance(value, (time, timedelta)):
        raise _Unclear(f"is a time of day ({value}).")
    raise _Unclear(f"is of a kind that is not read ({type(value).__name__}).")


def _number(value: int | float, kind: str, number_format: str) -> str:
    if kind in ("date", "time"):
        raise _Unclear(f"is the number {value}, not a date.")
    # 15 digits are what a spreadsheet shows; behind them is the noise of binary fractions.
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if "%" in number_format:
        # 10 % is kept as 0.1.
        number *= 100
    if kind == "text" and abs(number) >= _FIRST_LOST:
        raise _Unclear(f"is the number {number:f}, with more digits than a spreadsheet keeps.")
    if number == number.to_integral_value():
        # A format such as 00000 shows leading zeros that the number does not have.
        zeros = len(number_format) if _ZEROS.fullmatch(number_format) else 0
        return f"{number.to_integral_value():f}".zfill(zeros)
    return f"{number.normalize():f}"


def _moment(value: datetime | date, kind: str) -> str:
    if kind not in ("date", "time"):
        raise _Unclear(f"is the date {value:%Y-%m-%d}: the spreadsheet took what was typed for one.")
    if not isinstance(value, datetime):
        return value.isoformat()
    # Spreadsheets keep times as fractions of a day: half a second off is rounding.
    rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if kind == "date" or rounded.time() == time(0):
        return f"{rounded:%Y-%m-%d}"
    return f"{rounded:%Y-%m-%dT%H:%M:%S}"
