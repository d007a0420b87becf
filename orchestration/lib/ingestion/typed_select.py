"""The one select that turns mapped columns into raw rows, strictly or with a report of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.schema import FIELDS, event_key_sql, visitor_key_sql
from orchestration.lib.ingestion.sql import ident, text
from orchestration.lib.ingestion.values import Value, accepts, value_of

PROBLEM, REASON = "\x1e", "\x1f"
"""What parts problems, and a problem's column from its reason; no column or reason contains them."""


@dataclass(frozen=True)
class TypedSelect:
    """SQL that turns a mapped relation (standard fields, `extra`, `_bad`) into the values of a raw table."""

    table: str
    values: tuple[Value, ...]

    def _names(self) -> str:
        return ", ".join(ident(v.field.raw_name) for v in self.values)

    def _typed(self, mapped: str, keep: str) -> str:
        prepared = ", ".join(f"{v.prepared} as {ident('_' + v.field.name)}" for v in self.values)
        typed = ", ".join(
            f"{v.value} as {ident(v.field.raw_name)}, {ident('_' + v.field.name)}" for v in self.values
        )
        return f"(select {keep}, extra, {typed} from (select {keep}, extra, {prepared} from {mapped}))"

    def strict(self, mapped: str, tail: str) -> str:
        """Raw rows in column order, then the `tail` expressions; any problem in any row raises."""
        problems = " or ".join(["_bad is not null", *(c for v in self.values for c, _ in v.problems)])
        guarded = next(v for v in self.values if v.field.not_null)
        name = ident(guarded.field.raw_name)
        names = ", ".join(
            f"case when {problems} then error('a row has a problem') else {name} end as {name}"
            if v is guarded
            else ident(v.field.raw_name)
            for v in self.values
        )
        typed = self._typed(mapped, "_bad, _version")
        return self.raw_rows(f"(select {names}, extra, _version from {typed})", tail)

    def reporting(self, mapped: str) -> str:
        """The raw values and `extra`, and in `_problems` what is wrong with the record (null: nothing).

        Problems are parted by `PROBLEM`, each a column and a reason parted by `REASON`. The loader's `_row`,
        `_line`, `_unit` and `_version` come along.
        """
        found = [
            f"case when {condition} then {text(v.field.name + REASON + f'{v.field.name}: {reason}')} end"
            for v in self.values
            for condition, reason in v.problems
        ]
        # A record that is not even one has no columns to complain about.
        return (
            f"select _row, _line, _unit, _version, {self._names()}, extra,"
            f" case when _bad is null then nullif(concat_ws('{PROBLEM}', {', '.join(found)}), '')"
            f" else coalesce(_bad_column, '') || '{REASON}' || _bad end as _problems"
            f" from {self._typed(mapped, '_row, _line, _unit, _version, _bad, _bad_column')}"
        )

    def raw_rows(self, typed: str, tail: str) -> str:
        """Raw rows in column order, then the `tail` expressions, out of a relation with the raw values."""
        if self.table != "clicks":
            return f"select {self._names()}, extra, {tail} from {typed}"
        keyed = f"(select {self._names()}, extra, {event_key_sql()} as event_key from {typed})"
        keys = f"event_key, {visitor_key_sql()} as visitor_key"
        return f"select {self._names()}, extra, {keys}, {tail} from {keyed}"


def typed_select(table: str, types: dict[str, str]) -> TypedSelect:
    """The select for a mapped relation with these column types; FileProblem where one cannot be read."""
    values = []
    for field in FIELDS[table]:
        sql_type = types[field.name]
        if not accepts(field, sql_type):
            raise FileProblem(
                f"another schema than expected: column {field.name} is {sql_type}; write it as"
                f" {field.sql_type} or as text"
            )
        values.append(value_of(field, sql_type))
    return TypedSelect(table, tuple(values))
