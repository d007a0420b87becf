"""Two warehouses side by side: every difference between their marts as a line of text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

SCHEMA = "marts"
#: Doubles may differ by this: absolutely below 1, relatively above.
CLOSE = 1e-9
Row = tuple[Any, ...]


def differences(expected: Path, found: Path, schema: str = SCHEMA, without: Sequence[str] = ()) -> list[str]:
    """What differs between the tables of a schema: names, columns, types, rows; doubles may be close."""
    with duckdb.connect() as con:
        con.execute(f"attach '{expected}' as expected (read_only)")
        con.execute(f"attach '{found}' as found (read_only)")
        left, right = _tables(con, "expected", schema), _tables(con, "found", schema)
        lines = [f"{name} is only in one of them" for name in sorted(left ^ right)]
        for name in sorted((left & right) - set(without)):
            lines += [f"{name}: {line}" for line in _compare(con, f'{schema}."{name}"')]
    return lines


def _tables(con: duckdb.DuckDBPyConnection, catalog: str, schema: str) -> set[str]:
    rows = con.execute(
        "select table_name from information_schema.tables where table_catalog = ? and table_schema = ?",
        [catalog, schema],
    ).fetchall()
    return {name for (name,) in rows}


def _compare(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    columns, others = (
        [row[:2] for row in con.execute(f"describe {side}.{name}").fetchall()]
        for side in ("expected", "found")
    )
    if columns != others:
        return [f"columns {sorted(set(columns) ^ set(others))} or their order"]
    expected, found = (con.execute(f"from {side}.{name}").fetchall() for side in ("expected", "found"))
    if len(expected) != len(found):
        return [f"{len(found)} rows, expected {len(expected)}"]
    missing, extra = (
        list((Counter(expected) - Counter(found)).elements()),
        list((Counter(found) - Counter(expected)).elements()),
    )
    return _unlike(columns, _sorted(missing), _sorted(extra))


def _sorted(rows: list[Row]) -> list[Row]:
    """By what is exact, so that rows meet their likes; doubles decide at the last, rounded."""
    return sorted(rows, key=lambda row: (_exact(row), _rounded(row)))


def _exact(row: Row) -> str:
    return repr([value for value in row if not isinstance(value, float)])


def _rounded(row: Row) -> str:
    return repr([f"{value:.6g}" for value in row if isinstance(value, float)])


def _unlike(columns: list[tuple[str, str]], expected: list[Row], found: list[Row]) -> list[str]:
    lines = []
    for left, right in zip(expected, found, strict=True):
        unlike = [
            f"{column} is {new!r}, expected {old!r}"
            for (column, _), old, new in zip(columns, left, right, strict=True)
            if not _close(old, new)
        ]
        if unlike:
            lines.append(f"{'; '.join(unlike)} in {_text(left)}")
    return lines


def _close(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(left == right)


def _text(row: Row) -> str:
    return str(tuple(str(value) if isinstance(value, Decimal) else value for value in row))[:300]
