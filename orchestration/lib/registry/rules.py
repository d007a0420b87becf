"""The checks of a registry that can be read. A new check is one function and one line in `RULES`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from orchestration.lib.registry.model import Finding, Registry, Row, Severity, Sheet
from orchestration.lib.registry.ownership import overlapping_codes, overlapping_links
from orchestration.lib.registry.tables import Column
from orchestration.lib.registry.values import PARSERS, BadValue


@dataclass(frozen=True)
class Rule:
    """A named check over the whole registry."""

    name: str
    check: Callable[[Registry], Iterable[Finding]]


def _error(rule: str, sheet: Sheet, row: Row, message: str, mend: str) -> Finding:
    return Finding(Severity.ERROR, rule, sheet.file, row.line, message, mend)


def _row_name(sheet: Sheet, row: Row) -> str:
    return f"{sheet.table.key} {row.get(sheet.table.key) or '(none)'}"


def required_values(registry: Registry) -> Iterator[Finding]:
    """Ids and other values without which a row means nothing."""
    for sheet in registry.sheets.values():
        required = [column.name for column in sheet.table.columns if column.required]
        for row in sheet.rows:
            for name in required:
                if name not in row.values:
                    message = f"{name} is empty ({_row_name(sheet, row)})."
                    yield _error("required_values", sheet, row, message, "Fill it in or take the row out.")


def costs_have_owners(registry: Registry) -> Iterator[Finding]:
    """A cost is an influencer's, or another channel's where the optional column `channel` says so."""
    sheet = registry.get("costs")
    for row in sheet.rows if sheet else ():
        assert sheet is not None
        name = _row_name(sheet, row)
        influencer, channel = row.get("influencer_id"), row.get("channel")
        if influencer is None and channel is None:
            message = f"influencer_id is empty ({name})."
            mend = "Fill it in, or name the channel that it was spent on in a column `channel`."
            yield _error("costs_have_owners", sheet, row, message, mend)
        elif influencer is not None and channel is not None and channel.lower() != "influencer":
            message = (
                f"{name} names the channel {channel!r} and an influencer: it counts as the influencer's."
            )
            mend = "Leave one of the two empty."
            yield Finding(Severity.WARNING, "costs_have_owners", sheet.file, row.line, message, mend)


def unique_ids(registry: Registry) -> Iterator[Finding]:
    """An id names one row."""
    for sheet in registry.sheets.values():
        if not sheet.table.unique:
            continue
        key = sheet.table.key
        first: dict[str, int] = {}
        for row in sheet.rows:
            value = row.get(key)
            if value is None:
                continue
            if value in first:
                message = f"{key} {value} is in line {first[value]} already."
                yield _error("unique_ids", sheet, row, message, "Give one of the two another id.")
            else:
                first[value] = row.line


def readable_values(registry: Registry) -> Iterator[Finding]:
    """Dates, times, numbers and currencies that are what their column says."""
    for sheet in registry.sheets.values():
        parsers = [
            (column.name, PARSERS[column.kind]) for column in sheet.table.columns if column.kind != "text"
        ]
        for row in sheet.rows:
            for name, parse in parsers:
                value = row.values.get(name)
                if value is None:
                    continue
                try:
                    parse(value)
                except BadValue as problem:
                    message = f"{name} {value!r} {problem}"
                    yield _error("readable_values", sheet, row, message, f"Row: {_row_name(sheet, row)}.")


def known_words(registry: Registry) -> Iterator[Finding]:
    """Tiers and cost types that the documentation does not know, a warning: people invent categories."""
    for sheet in registry.sheets.values():
        for column in sheet.table.columns:
            if column.choices:
                yield from _unknown_words(sheet, column)


def _unknown_words(sheet: Sheet, column: Column) -> Iterator[Finding]:
    for row in sheet.rows:
        value = row.get(column.name)
        if value is not None and value.lower() not in column.choices:
            message = f"{column.name} {value!r} is not one of {', '.join(column.choices)}."
            mend = f"Row: {_row_name(sheet, row)}."
            yield Finding(Severity.WARNING, "known_words", sheet.file, row.line, message, mend)


def references_exist(registry: Registry) -> Iterator[Finding]:
    """A link, code, cost, deliverable or partnership points at rows that are there."""
    for sheet in registry.sheets.values():
        for column in sheet.table.columns:
            target = registry.get(column.references) if column.references else None
            if target is None:
                continue
            known = {row.get(target.table.key) for row in target.rows}
            for row in sheet.rows:
                value = row.get(column.name)
                if value is not None and value not in known:
                    message = f"{column.name} {value!r} of {_row_name(sheet, row)} is not in {target.file}."
                    mend = f"Add it to {target.file} or correct this row."
                    yield _error("references_exist", sheet, row, message, mend)


def periods_in_order(registry: Registry) -> Iterator[Finding]:
    """What begins before it ends."""
    for sheet in registry.sheets.values():
        kinds = {column.name: column.kind for column in sheet.table.columns}
        for begin, end, may_be_equal in sheet.table.periods:
            parse_begin, parse_end = PARSERS[kinds[begin]], PARSERS[kinds[end]]
            for row in sheet.rows:
                first, last = row.get(begin), row.get(end)
                if first is None or last is None:
                    continue
                try:
                    begins, ends = parse_begin(first), parse_end(last)
                except BadValue:
                    continue
                if begins > ends or (begins == ends and not may_be_equal):  # type: ignore[operator]
                    message = f"{begin} {first} is not before {end} {last} ({_row_name(sheet, row)})."
                    yield _error("periods_in_order", sheet, row, message, "Correct one of them.")


RULES: tuple[Rule, ...] = (
    Rule("required_values", required_values),
    Rule("costs_have_owners", costs_have_owners),
    Rule("unique_ids", unique_ids),
    Rule("readable_values", readable_values),
    Rule("known_words", known_words),
    Rule("references_exist", references_exist),
    Rule("periods_in_order", periods_in_order),
    Rule("overlapping_codes", overlapping_codes),
    Rule("overlapping_links", overlapping_links),
)
