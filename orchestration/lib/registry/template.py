"""Writes the registry as one spreadsheet: empty with drop-down lists, or with what is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.lib.registry.model import Row
from orchestration.lib.registry.tables import TABLES, Column, Table
from orchestration.lib.registry.values import PARSERS, BadValue

# Rows that drop-down lists are made for.
LAST_ROW = 5_000
LISTS = "lists"
README = "read me"
SUGGESTED: dict[str, tuple[str, ...]] = {
    "platform": (
        "instagram", "tiktok", "youtube", "podcast", "newsletter", "blog", "twitch", "pinterest", "facebook",
        "snapchat", "x",
    ),
    "content_format": ("reel", "story", "carousel", "video", "short", "live", "episode", "issue", "article"),
    "discount_type": ("percent", "fixed"),
}  # fmt: skip
_ABOUT = (
    "The registry: who the influencers are, what was agreed, and which links and codes are whose.",
    "One sheet a table; the first row must stay. Columns of your own are kept.",
    "Ids name rows: other sheets refer to them, and their drop-down lists offer them.",
    "Dates are 2026-03-31; times without an offset are UTC. Amounts are plain numbers, 10 percent is 10.",
    "valid_from is the first moment that counts, valid_to the first one that no longer does; empty is open.",
    "UTM values: lower case a-z, digits and _. source = influencer, medium = platform, content = post.",
    "Bring it in with: roi registry import <this file>",
)
_FORMATS = {"text": "@", "time": "@", "date": "yyyy-mm-dd", "currency": "@"}
_MEANS = {
    "date": "A day, such as 2026-03-31.",
    "time": "A day or a time, such as 2026-03-31T18:00:00+02:00; without an offset it is UTC.",
    "money": "An amount of 0 or more, with at most 4 decimals.",
    "percent": "0 to 100; 10 for ten percent.",
    "count": "A whole number of 0 or more.",
    "currency": "Three letters, such as USD.",
}


class TemplateError(ValueError):
    """A value cannot be written into a spreadsheet; the message names its table and line."""


def write_template(
    file: Path, currencies: Sequence[str] = (), rows: Mapping[str, Sequence[Row]] | None = None
) -> None:
    """Writes the spreadsheet.

    Args:
        file: replaced if it is there.
        currencies: those with exchange rates, for the drop-down list.
        rows: what to fill in, by table; nothing unless given.

    Raises:
        TemplateError: a value has a control character, which spreadsheets cannot hold.
        OSError: the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment

    book = Workbook()
    notes = book.active
    notes.title = README
    notes.column_dimensions["A"].width = 110
    for line, text in enumerate(_ABOUT, start=1):
        notes.cell(line, 1, text).alignment = Alignment(wrap_text=True)
    lists = book.create_sheet(LISTS)
    offered = _write_lists(lists, currencies)
    for table in TABLES:
        _write_table(book.create_sheet(table.name), table, offered, (rows or {}).get(table.name, ()))
    book.move_sheet(LISTS, offset=len(TABLES))
    lists.sheet_state = "hidden"
    book.active = 1
    book.save(file)


def _write_lists(sheet: Any, currencies: Sequence[str]) -> dict[str, str]:
    """The words of drop-down lists, a column each; returns where each list stands."""
    from openpyxl.utils import get_column_letter

    words = {**SUGGESTED, "currency": tuple(currencies)}
    for table in TABLES:
        words |= {column.name: column.choices for column in table.columns if column.choices}
    places = {}
    for number, (name, choices) in enumerate(words.items(), start=1):
        if not choices:
            continue
        sheet.cell(1, number, name)
        for line, word in enumerate(choices, start=2):
            sheet.cell(line, number, word)
        letter = get_column_letter(number)
        places[name] = f"{LISTS}!${letter}$2:${letter}${len(choices) + 1}"
    return places


def _write_table(sheet: Any, table: Table, offered: Mapping[str, str], rows: Sequence[Row]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    names = [column.name for column in table.columns]
    extra = list(dict.fromkeys(name for row in rows for name in row.values if name not in names))
    for number, name in enumerate((*names, *extra), start=1):
        cell = sheet.cell(1, number, name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7F0")
        letter = get_column_letter(number)
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(14, len(name) + 4)
        column = next((each for each in table.columns if each.name == name), None)
        dimension.number_format = _FORMATS.get(column.kind if column else "text", "General")
        if column is not None:
            text = _meaning(column)
            if text:
                cell.comment = Comment(text, "roi")
            rule = _validation(column, offered)
            if rule is not None:
                rule.add(f"{letter}2:{letter}{LAST_ROW}")
                sheet.add_data_validation(rule)
    kinds = {column.name: column.kind for column in table.columns}
    for line, row in enumerate(rows, start=2):
        for number, name in enumerate((*names, *extra), start=1):
            value = row.get(name)
            if value is not None:
                _fill(
                    sheet.cell(line, number), value, kinds.get(name, "text"), f"{table.file}, line {row.line}"
                )


def _meaning(column: Column) -> str:
    parts = ["Must be filled in."] if column.required else []
    if column.references:
        parts.append(f"An id of the sheet {column.references}.")
    if column.kind in _MEANS:
        parts.append(_MEANS[column.kind])
    return " ".join(parts)


def _validation(column: Column, offered: Mapping[str, str]) -> Any:
    """The drop-down list or the limits of a column; None where anything may stand."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule: Any = None
    if column.references:
        target = next(table for table in TABLES if table.name == column.references)
        # The key is each table's first column.
        rule = DataValidation(type="list", formula1=f"{target.name}!$A$2:$A${LAST_ROW}")
        rule.error = f"This id is not in the sheet {target.name}."
        rule.errorStyle = "stop"
    elif column.name in offered:
        rule = DataValidation(type="list", formula1=offered[column.name])
        rule.error = "This is not in the list. Use it all the same?"
        # People invent categories.
        rule.errorStyle = "warning"
    elif column.kind in ("money", "percent", "count"):
        whole = column.kind == "count"
        rule = DataValidation(
            type="whole" if whole else "decimal", operator="greaterThanOrEqual", formula1="0"
        )
        if column.kind == "percent":
            rule.operator, rule.formula2 = "between", "100"
        rule.error = _MEANS[column.kind]
        rule.errorStyle = "stop"
    if rule is not None:
        rule.allow_blank, rule.showErrorMessage = True, True
    return rule


def _fill(cell: Any, value: str, kind: str, where: str) -> None:
    """Writes a value as what it is; text stays text, also where it looks like a formula."""
    from openpyxl.utils.exceptions import IllegalCharacterError

    if kind in ("money", "percent", "count"):
        try:
            number = PARSERS[kind](value)  # type: ignore[index]
        except BadValue:
            number = None
        if isinstance(number, (int, Decimal)):
            cell.value = number
            return
    try:
        cell.value = value
    except IllegalCharacterError:
        raise TemplateError(f"{where}: {value!r} has a control character; take it out.") from None
    cell.data_type = "s"
    cell.number_format = "@"
    if value[:1] in "=+-@":
        # Or editing the cell would make a formula of it.
        cell.quotePrefix = True
