"""From mapped columns to raw values: how each kind of field is read, and what is refused with which reason.

Both ways of loading use the same expressions. The fast one stops at the first row with a problem; the checked
one writes the problems down, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.lib.ingestion.currencies import CURRENCIES
from orchestration.lib.ingestion.privacy import email_sql, hmac_sql
from orchestration.lib.ingestion.schema import MONEY_KINDS, Field
from orchestration.lib.ingestion.sql import ident, text

ORDER_STATUS = ("paid", "pending", "cancelled", "refunded")
CONSENT = ("granted", "denied")
MIN_TIME, MAX_TIME = "1970-01-01", "2201-01-01"

_WHOLE = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
}
_FLOATS = {"FLOAT", "DOUBLE"}
_TIMES = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"}
_TEXTS = {"VARCHAR", "JSON", "UUID", "BOOLEAN", "DATE", "UHUGEINT"} | _WHOLE
_MONEY_TEXT = r"[+-]?(\d+(\.\d*)?|\.\d+)"
_MONEY_EXACT = r"[+-]?(\d+(\.\d{0,4}0*)?|\.\d{1,4}0*)"


@dataclass(frozen=True)
class Value:
    """How a field is read: `prepared` from the mapped column, `value` and `problems` from that."""

    field: Field
    prepared: str
    value: str
    problems: tuple[tuple[str, str], ...]  # (condition over value and prepared column, reason)


def _base(sql_type: str) -> str:
    return sql_type.split("(")[0].strip().upper()


def accepts(field: Field, sql_type: str) -> bool:
    """Whether a column of that SQL type can be read as the field at all, or the file has another schema."""
    base = _base(sql_type)
    if sql_type.endswith("]") or base in ("STRUCT", "MAP", "UNION", "BLOB"):
        return False
    if base in ("VARCHAR", "JSON", "ENUM") or base.startswith('"NULL"'):
        return True
    if field.kind == "time":
        return base in _TIMES or base.startswith("TIMESTAMP")
    if field.kind in MONEY_KINDS or field.kind == "seconds":
        return base in _WHOLE | _FLOATS | {"DECIMAL"}
    if field.kind == "flag":
        return base == "BOOLEAN" or base in _WHOLE
    if field.kind in ("id", "text"):
        return base in _TEXTS | _FLOATS | {"DECIMAL"} | _TIMES
    return False


def _as_text(column: str, sql_type: str) -> str:
    """A column as text; a whole float loses its `.0`, which is what tools make of integers with gaps."""
    base = _base(sql_type)
    if base in _FLOATS:
        whole = f"cast(cast({column} as hugeint) as varchar)"
        short = f"abs({column}) < 1e15 and {column} = trunc({column})"
        text_of = f"when {short} then {whole} else cast({column} as varchar) end"
        return f"case when isnan({column}) then null {text_of}"
    return column if base == "VARCHAR" else f"cast({column} as varchar)"


def _time(name: str, column: str, sql_type: str) -> tuple[str, str, list[tuple[str, str]]]:
    out_of_range = f"not ({name} >= timestamp '{MIN_TIME}' and {name} < timestamp '{MAX_TIME}')"
    span = "time outside the years 1970 to 2200"
    base = _base(sql_type)
    if base == "TIMESTAMP WITH TIME ZONE":
        return column, "cast({x} at time zone 'UTC' as timestamp)", [(out_of_range, span)]
    if base in _TIMES or base.startswith("TIMESTAMP"):
        return column, "cast({x} as timestamp)", [(out_of_range, span)]
    # Seldom needed, so tried second: ' -0500' behind a blank, lower-case letters, a leap second.
    tidy = "regexp_replace(upper({x}), ' ([+-]\\d)', '\\1')"
    leap = f"regexp_replace({tidy}, '(:[0-5]\\d):60', '\\1:59')"
    second_try = (
        f"case when regexp_matches({{x}}, ':[0-5]\\d:60')"
        f" then try_cast({leap} as timestamptz) + interval 1 second"
        f" else try_cast({tidy} as timestamptz) end"
    )
    value = f"coalesce(try_cast({{x}} as timestamptz), {second_try}) at time zone 'UTC'"
    # 'epoch' and 'infinity' are times to DuckDB; a time that people mean starts with a digit.
    no_time = f"{{x}} is not null and ({name} is null or not ({{x}} >= '0' and {{x}} < ':'))"
    return (
        f"nullif(trim({_as_text(column, sql_type)}), '')",
        value,
        [
            (no_time, "not a time (expected ISO-8601)"),
            (f"{name} is not null and {{x}} < ':' and {{x}} >= '0' and {out_of_range}", span),
        ],
    )


def _money(field: Field, column: str, sql_type: str) -> tuple[str, str, list[tuple[str, str]]]:
    name = ident(field.raw_name)
    base = _base(sql_type)
    problems: list[tuple[str, str]]
    if base in _WHOLE or base == "DECIMAL":
        prepared, value = column, "try_cast({x} as decimal(18,4))"
        problems = [
            (f"{{x}} is not null and {name} is null", "money too large"),
            (f"{{x}} <> {name}", "more than 4 decimal places"),
        ]
    else:
        # A float is read through its shortest decimal text: 12.3 stays 12.3, a sum that drifted is refused.
        prepared = f"nullif(trim({_as_text(column, sql_type)}), '')"
        value = (
            f"case when regexp_full_match({{x}}, '{_MONEY_EXACT}') then try_cast({{x}} as decimal(18,4)) end"
        )
        missing = f"{{x}} is not null and {name} is null"
        problems = [
            (f"{missing} and not regexp_full_match({{x}}, '{_MONEY_TEXT}')", "not a decimal number"),
            (f"{missing} and regexp_full_match({{x}}, '{_MONEY_EXACT}')", "money too large"),
            (
                f"{missing} and regexp_full_match({{x}}, '{_MONEY_TEXT}')"
                f" and not regexp_full_match({{x}}, '{_MONEY_EXACT}')",
                "more than 4 decimal places",
            ),
        ]
    if field.kind == "money":
        problems.append((f"{name} < 0", "negative money"))
    return prepared, value, problems


def _seconds(name: str, column: str, sql_type: str) -> tuple[str, str, list[tuple[str, str]]]:
    not_number = f"{{x}} is not null and ({name} is null or not isfinite({name}))"
    if _base(sql_type) in _FLOATS:
        column = f"case when isnan({column}) then null else {column} end"
    elif _base(sql_type) == "VARCHAR":
        column = f"nullif(trim({column}), '')"
    problems = [(not_number, "not a number"), (f"{name} < 0", "negative duration")]
    return column, "try_cast({x} as double)", problems


def _choice(name: str, allowed: tuple[str, ...]) -> list[tuple[str, str]]:
    values = ", ".join(text(value) for value in allowed)
    return [(f"{name} not in ({values})", f"unknown value (allowed: {', '.join(allowed)})")]


def _trimmed(value: str) -> str:
    """A text without white space around it; only those that need it are trimmed, as trimming copies them."""
    blank_ends = " or ".join(f"ends_with({value}, chr({code}))" for code in (32, 9, 10, 13))
    blanks = "' ' || chr(9) || chr(10) || chr(13)"
    return (
        f"case when {value} < '!' or {blank_ends} then nullif(trim({value}, {blanks}), '') else {value} end"
    )


def value_of(field: Field, sql_type: str) -> Value:
    """How a mapped column of that SQL type becomes the field's raw value."""
    column, name = ident(field.name), ident(field.raw_name)
    clean = f"nullif(trim({_as_text(column, sql_type)}), '')"
    problems: list[tuple[str, str]] = []
    if field.kind == "time":
        prepared, value, problems = _time(name, column, sql_type)
    elif field.kind in MONEY_KINDS:
        prepared, value, problems = _money(field, column, sql_type)
    elif field.kind == "seconds":
        prepared, value, problems = _seconds(name, column, sql_type)
    elif field.kind == "email":
        prepared, value = email_sql(f"({_as_text(column, sql_type)})"), hmac_sql("{x}")
    elif field.kind == "currency":
        prepared, value = clean, "upper({x})"
        codes = ", ".join(text(code) for code in sorted(CURRENCIES))
        problems = [(f"{name} not in ({codes})", "unknown currency (expected an ISO 4217 code)")]
    elif field.kind in ("status", "consent"):
        prepared, value = clean, "lower({x})"
        problems = _choice(name, ORDER_STATUS if field.kind == "status" else CONSENT)
    elif field.kind == "flag":
        prepared, value = clean, "lower({x})"
    elif field.kind == "id":
        prepared, value = _trimmed(_as_text(column, sql_type)), "{x}"
    else:
        prepared, value = f"nullif({_as_text(column, sql_type)}, '')", "{x}"
    x = ident(f"_{field.name}")
    if field.not_null:
        problems.append((f"{x} is null", "missing"))
    resolved = tuple((condition.replace("{x}", x), reason) for condition, reason in problems)
    return Value(field, prepared, value.replace("{x}", x), resolved)
