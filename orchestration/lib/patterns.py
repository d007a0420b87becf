"""Which kinds of influencers and posts do better, with partial pooling: a few posts are not read as a law.

A segment's figure is a ratio of sums (revenue by cost, orders by visits), in units of the mean of all. Chance
is measured between influencers, because posts of one influencer do well or badly together: the variance of
what an influencer brings is `lump` x what is expected of them (single orders) plus `spread` x its square
(influencers differ), both fitted over all segments. Segments are then drawn to the mean (`pooling`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.special import stdtrit

from orchestration.lib.pooling import Floats, pool

#: Columns of `int_patterns` and their SQL types.
PATTERN_TYPES = {
    "dimension": "varchar",
    "segment": "varchar",
    "measure": "varchar",
    "influencers": "bigint",
    "posts": "bigint",
    "observed": "double",
    "pooled": "double",
    "pooled_low": "double",
    "pooled_high": "double",
    "mean_of_all": "double",
    "own_weight": "double",
    "verdict": "varchar",
}

#: measure: (what is counted, by what).
MEASURES = {"roas": ("revenue", "cost"), "conversion_rate": ("conversions", "sessions")}
_SIGNIFICANT_DIGITS = 10

Row = Mapping[str, Any]


def pattern_columns(rows: Iterable[Row], interval_pct: float) -> dict[str, list[Any]]:
    """The columns of `int_patterns`, by dimension, measure and segment.

    Args:
        rows: of `int_pattern_units`: `dimension`, `segment`, `influencer_id`, `posts`, and MEASURES' columns.
        interval_pct: coverage of the intervals.
    """
    dimensions: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["dimension"], row["segment"], row["influencer_id"])):
        dimensions.setdefault(row["dimension"], []).append(row)
    found = [
        line
        for dimension, units in dimensions.items()
        for measure, (counted, by) in MEASURES.items()
        for line in _segments(dimension, measure, units, counted, by, interval_pct)
    ]
    return {column: [line[column] for line in found] for column in PATTERN_TYPES}


def _segments(
    dimension: str, measure: str, units: Sequence[Row], counted: str, by: str, interval_pct: float
) -> list[dict[str, Any]]:
    """One line a segment that has something to divide by."""
    units = [unit for unit in units if float(unit[by] or 0) > 0]
    names = sorted({unit["segment"] for unit in units})
    if not names:
        return []
    group = np.array([names.index(unit["segment"]) for unit in units])
    value = np.array([max(0.0, float(unit[counted] or 0)) for unit in units])
    exposure = np.array([float(unit[by]) for unit in units])
    mean = float(value.sum() / exposure.sum())
    lines: list[dict[str, Any]] = [
        {
            "dimension": dimension,
            "segment": name,
            "measure": measure,
            "influencers": int((group == number).sum()),
            "posts": sum(int(unit["posts"] or 0) for unit in units if unit["segment"] == name),
            "observed": _rounded(value[group == number].sum() / exposure[group == number].sum()),
            **dict.fromkeys(("pooled", "pooled_low", "pooled_high", "own_weight")),
            "mean_of_all": _rounded(mean),
            "verdict": "unknown",
        }
        for number, name in enumerate(names)
    ]
    free = len(units) - len(names)
    # Chance cannot be told from differences without several influencers in a segment.
    if mean <= 0 or free < 2:
        return lines
    estimates, variances = _relative(group, value, exposure * mean)
    pooled = pool(estimates, variances)
    width = float(stdtrit(free, 0.5 + interval_pct / 200))
    sd = np.sqrt(pooled.variances)
    away_sd = np.sqrt(pooled.away_variances)
    for number, line in enumerate(lines):
        centre = float(pooled.values[number])
        line |= {
            "pooled": _rounded(mean * max(0.0, centre)),
            "pooled_low": _rounded(mean * max(0.0, centre - width * sd[number])),
            "pooled_high": _rounded(mean * max(0.0, centre + width * sd[number])),
            "own_weight": _rounded(pooled.weights[number]),
            "verdict": _verdict(float(pooled.away[number]), width * float(away_sd[number])),
        }
    return lines


def _relative(group: npt.NDArray[Any], value: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Each segment's figure in units of the mean, and its variance."""
    groups = int(group.max()) + 1
    total = np.bincount(group, expected, groups)
    estimates = np.bincount(group, value, groups) / total
    fitted = expected * estimates[group]
    # A segment's own mean takes a part of each influencer's deviation with it.
    share = 1 - expected / total[group]
    known = (share > 1e-9) & (fitted > 0)
    squares = (value - fitted)[known] ** 2 / share[known]
    # Large influencers must not settle it alone: each deviation counts in units of what was expected.
    design = np.column_stack([1 / fitted[known], np.ones(int(known.sum()))])
    lump, spread = nnls(design, squares / fitted[known] ** 2)[0] if known.any() else (1.0, 0.0)
    variances = np.bincount(group, lump * expected + spread * expected**2, groups) / total**2
    return estimates, np.maximum(variances, 1e-9)


def _verdict(away: float, width: float) -> str:
    if away - width > 0:
        return "better"
    return "worse" if away + width < 0 else "unclear"


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")
