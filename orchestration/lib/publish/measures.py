"""What a copy is compared by: rows, filled values and sums of every column."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.names import quoted

# Sums of doubles depend on the order of adding.
FLOAT_TOLERANCE = 1e-9

_SUMMED_TYPES = re.compile(r"(DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|TINYINT|SMALLINT|INTEGER|BIGINT)$")
_FLOAT_TYPES = re.compile(r"(DOUBLE|FLOAT)$")


@dataclass(frozen=True)
class Measures:
    """Aggregates over one table: their SQL, the same on every engine, and which of them are floating sums."""

    sql: tuple[str, ...]
    floating: tuple[bool, ...]

    def select(self, relation: str) -> str:
        """The query that measures a relation in one row."""
        return f"select {', '.join(self.sql)} from {relation}"


def measures_of(columns: Sequence[tuple[str, str]]) -> Measures:
    """The measures of a table of these columns (name, DuckDB type); the first one is the number of rows."""
    sql, floating = ["count(*)"], [False]
    for name, kind in columns:
        is_summed = _SUMMED_TYPES.match(kind) is not None
        sql.append(f"sum({quoted(name)})" if is_summed else f"count({quoted(name)})")
        floating.append(_FLOAT_TYPES.match(kind) is not None)
    return Measures(tuple(sql), tuple(floating))


def sums_of(columns: Sequence[tuple[str, str]]) -> Measures:
    """Rows and sums alone: what a relation is measured by without reading its texts."""
    return measures_of([column for column in columns if _SUMMED_TYPES.match(column[1])])


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    """Names and DuckDB types of a relation's columns."""
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {relation}").fetchall()]


def compare(
    table: str, where: str, measures: Measures, expected: Sequence[Any], found: Sequence[Any]
) -> None:
    """Compares what was measured on both sides of a copy.

    Raises:
        PublishError: they differ; the message names the table, the place of the copy and the measure.
    """
    for measure, is_floating, left, right in zip(
        measures.sql, measures.floating, expected, found, strict=True
    ):
        if left == right or (is_floating and _is_close(left, right)):
            continue
        raise PublishError(
            f"{table} differs from the warehouse after copying to {where}: {measure} is {right}, not {left}. "
            "The version published before is unchanged; run again."
        )


def _is_close(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return False
    return math.isclose(left, right, rel_tol=FLOAT_TOLERANCE, abs_tol=FLOAT_TOLERANCE) or (
        math.isnan(left) and math.isnan(right)
    )
