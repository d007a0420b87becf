"""From source rows to the standard fields: the FROM clauses that a format's outputs stand for."""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Format, Output
from orchestration.lib.ingestion.schema import FIELDS
from orchestration.lib.ingestion.sql import ident, text


def rows_relation(declared: Format, source: str) -> str:
    """The source rows, prepared as the format asks for."""
    return declared.rows.replace("{src}", source) if declared.rows else source


def mapped_relation(declared: Format, output: Output, rows: str) -> str:
    """A FROM clause with every standard field of the output's table, `extra`, and the loader's columns.

    Those are `_row`, `_line`, `_unit`, `_version`, `_bad` and `_bad_column`.
    """
    relation = output.relation.replace("{src}", rows)
    fields = ", ".join(
        f"{output.fields.get(f.name, 'null::varchar')} as {ident(f.name)}" for f in FIELDS[output.table]
    )
    found = [*_unrecognised(declared), *declared.rejects]
    bad, column = "_bad", "null::varchar"
    if found:
        reasons = " ".join(f"when {condition} then {text(reason)}" for condition, _, reason in found)
        columns = " ".join(f"when {condition} then {text(name)}" for condition, name, _ in found if name)
        bad = f"coalesce(_bad, case {reasons} end)"
        if columns:
            column = f"case when _bad is null then case {columns} end end"
    unit = f"cast({declared.unit} as varchar)" if declared.unit else "null::varchar"
    extra = f"cast({output.extra} as varchar)" if output.extra else "null::varchar"
    version = f"try_cast({output.version} as timestamptz) at time zone 'UTC'" if output.version else "null"
    return (
        f"(select _row, _line, {unit} as _unit, cast({version} as timestamp) as _version, {bad} as _bad,"
        f" {column} as _bad_column, {fields}, {extra} as extra from {relation})"
    )


def recognised_sql(declared: Format) -> str:
    """True for a source row that is a record of the format, whatever may be wrong with its values."""
    condition = declared.recognised[0] if declared.recognised else "true"
    return f"(_bad is null and coalesce({condition}, false))"


def _unrecognised(declared: Format) -> list[tuple[str, str, str]]:
    if declared.recognised is None:
        return []
    return [(f"_bad is null and not {recognised_sql(declared)}", "", f"not {declared.recognised[1]}")]
