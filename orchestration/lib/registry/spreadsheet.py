"""Brings a spreadsheet into the registry: what would change, whether it may, and the change itself."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from orchestration.lib.registry.check import check_registry
from orchestration.lib.registry.conventions import FILE as CONVENTIONS_FILE
from orchestration.lib.registry.model import Finding, Severity
from orchestration.lib.registry.ownership import claim_of
from orchestration.lib.registry.reader import read_sheet
from orchestration.lib.registry.tables import TABLES, Kind, Table
from orchestration.lib.registry.values import PARSERS, BadValue
from orchestration.lib.registry.workbook import RULE, SheetData, WorkbookData
from orchestration.lib.registry.writer import write_table

# What posts carry of a link: changed, the visits so far would be nobody's.
_OUT_THERE = ("influencer_id", "slug", "utm_source", "utm_medium", "utm_campaign", "utm_content")


@dataclass(frozen=True)
class RowChange:
    """A row that is added, removed or changed.

    Attributes:
        key: what names the row.
        line: where it stands in the file now, None for a new one.
        values: old and new text of each column that differs, None where there is none.
    """

    kind: Literal["added", "removed", "changed"]
    key: str
    line: int | None
    values: dict[str, tuple[str | None, str | None]]

    def __str__(self) -> str:
        """The change in a line."""
        if self.kind != "changed":
            shown = (new if self.kind == "added" else old for old, new in self.values.values())
            return f"{self.kind} {self.key}: {', '.join(text for text in shown if text)}"
        pairs = (
            f"{name} {old or '(empty)'} -> {new or '(empty)'}" for name, (old, new) in self.values.items()
        )
        return f"changed {self.key} (line {self.line}): {', '.join(pairs)}"


@dataclass(frozen=True)
class TableDiff:
    """What an import does to one table; without changes its file is not written."""

    table: Table
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    changes: tuple[RowChange, ...]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do, and what is wrong with it; with an error it must not be done."""

    folder: Path
    diffs: tuple[TableDiff, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What forbids it."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def changes(self) -> int:
        """How many rows differ."""
        return sum(len(diff.changes) for diff in self.diffs)

    def write(self) -> list[str]:
        """Replaces the files of the tables that change; returns their names.

        Raises:
            ValueError: there are errors.
            RegistryFileError: a file cannot be written.
        """
        if self.errors:
            raise ValueError("A registry with errors is not written.")
        changed = [diff for diff in self.diffs if diff.changes]
        for diff in changed:
            write_table(self.folder, diff.table, diff.columns, diff.rows)
        return [diff.table.file for diff in changed]


def plan_import(folder: Path, data: WorkbookData, at: datetime) -> ImportPlan:
    """Compares a spreadsheet with the registry in a folder and checks what would come out.

    Rows are recognised by their id. Columns of the files that the spreadsheet lacks keep their values, and
    tables that it lacks stay as they are. Texts that mean the same (500 and 500.00) are no change.

    Args:
        folder: the registry; it may be empty.
        data: the spreadsheet.
        at: now (UTC): links that are valid then are out there.
    """
    if data.has_errors:
        return ImportPlan(folder, (), tuple(data.findings))
    diffs = tuple(_diff(folder, sheet) for sheet in data.sheets.values())
    findings = [*data.findings, *_live(folder, diffs, at)]
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        for file in [*(table.file for table in TABLES), CONVENTIONS_FILE]:
            if (folder / file).is_file():
                shutil.copyfile(folder / file, trial / file)
        for diff in diffs:
            if diff.changes or not (trial / diff.table.file).is_file():
                write_table(trial, diff.table, diff.columns, diff.rows)
        findings += check_registry(trial)
    return ImportPlan(folder, diffs, tuple(findings))


def _diff(folder: Path, sheet: SheetData) -> TableDiff:
    table = sheet.table
    current, _ = read_sheet(folder, table)
    old = _by_key(table, [(row.values, row.line) for row in current.rows] if current else [])
    new = _by_key(table, [(row, 0) for row in sheet.rows])
    kinds: dict[str, Kind] = {column.name: column.kind for column in table.columns}
    # Columns in the order of the spreadsheet, then those that only the file has.
    known = list(dict.fromkeys(name for row, _ in old.values() for name in row))
    extra = [name for name in known if name not in sheet.columns]
    rows: list[Mapping[str, str]] = []
    changes: list[RowChange] = []
    for key, (row, _) in new.items():
        before, line = old.get(key, ({}, None))
        kept = {name: before[name] for name in extra if name in before}
        merged = {
            **kept,
            **{name: _steady(kinds, name, before.get(name), text) for name, text in row.items()},
        }
        rows.append(merged)
        values = _differing(before, merged)
        if key not in old:
            changes.append(RowChange("added", key[0], None, values))
        elif values:
            changes.append(RowChange("changed", key[0], line, values))
    for key, (before, line) in old.items():
        if key not in new:
            changes.append(RowChange("removed", key[0], line, _differing(before, {})))
    return TableDiff(table, (*sheet.columns, *extra), tuple(rows), tuple(changes))


def _by_key(
    table: Table, rows: list[tuple[dict[str, str], int]]
) -> dict[tuple[str, int], tuple[dict[str, str], int]]:
    """Rows by what names them, and by a number where that comes back."""
    seen: Counter[str] = Counter()
    found = {}
    for row, line in rows:
        name = row.get(table.key, "(none)")
        if not table.unique:
            # A code comes back with another owner or another time.
            begins = str(_value("time", row.get("valid_from", ""))).removesuffix("+00:00")
            since = begins.removesuffix(" 00:00:00") or "ever"
            name = f"{name.upper()} of {row.get('influencer_id', '(none)')} from {since}"
        found[(name, seen[name])] = (row, line)
        seen[name] += 1
    return found


def _value(kind: Kind, text: str) -> object:
    """What a text means, the text itself where it means nothing."""
    if kind == "text":
        return text
    try:
        return PARSERS[kind](text)
    except BadValue:
        return text


def _steady(kinds: Mapping[str, Kind], name: str, before: str | None, text: str) -> str:
    """The text as it stands in the file if the spreadsheet's one means the same."""
    kind = kinds.get(name, "text")
    return before if before is not None and _value(kind, before) == _value(kind, text) else text


def _differing(
    before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    names = dict.fromkeys((*before, *after))
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def _live(folder: Path, diffs: tuple[TableDiff, ...], at: datetime) -> list[Finding]:
    """Warnings for links that are out there and would be changed or removed."""
    found = []
    for diff in diffs:
        if diff.table.name != "tracking_links":
            continue
        current, _ = read_sheet(folder, diff.table)
        rows = {row.line: row for row in current.rows} if current else {}
        for change in diff.changes:
            row = rows.get(change.line or 0)
            claim = claim_of(row) if row else None
            touched = [name for name in _OUT_THERE if name in change.values]
            if row is None or claim is None or not touched or not claim.begins <= at < claim.ends:
                continue
            what = "is removed" if change.kind == "removed" else f"gets another {', '.join(touched)}"
            message = f"link {change.key} {what}, but it is valid now: posts may carry the old one."
            mend = "If it is out, keep it, end it (valid_to) and add another one."
            found.append(Finding(Severity.WARNING, RULE, diff.table.file, row.line, message, mend))
    return found
