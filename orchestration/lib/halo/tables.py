"""The halo of posts from table to table, for dbt's Python model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from orchestration.lib.halo.series import Halo, Posts, estimate

#: Columns of `int_post_halo` and their SQL types.
HALO_TYPES = {
    "deliverable_id": "varchar",
    "series": "varchar",
    "observed_orders": "double",
    "expected_orders": "double",
    "halo_orders": "double",
    "halo_orders_low": "double",
    "halo_orders_high": "double",
    "total_halo_orders": "double",
    "total_halo_orders_low": "double",
    "total_halo_orders_high": "double",
    "verdict": "varchar",
}
SERIES = ("direct", "brand_search", "codeless")
_SIGNIFICANT_DIGITS = 10


def halo_columns(
    days: Sequence[Mapping[str, Any]], posts: Sequence[Mapping[str, Any]], window: int, interval_pct: float
) -> dict[str, list[Any]]:
    """The columns of `int_post_halo`: each post in each series.

    Args:
        days: of `int_untraced_orders`: `reporting_day` and the orders of each of SERIES, no day left out.
        posts: `deliverable_id`, `posted_on` (None: unknown) and `impressions` (None: unknown).
        window: days after a post in which it may have an effect.
        interval_pct: coverage of the intervals.
    """
    days = sorted(days, key=lambda day: day["reporting_day"])
    posts = sorted(posts, key=lambda post: post["deliverable_id"])
    first = days[0]["reporting_day"] if days else None
    after = {
        post["deliverable_id"]: (post["posted_on"] - first).days
        for post in posts
        if first is not None and post["posted_on"] is not None
    }
    # A post of the last days has no days yet in which orders could have come.
    known = [post for post in posts if -window < after.get(post["deliverable_id"], len(days)) < len(days) - 1]
    seen = [float(post["impressions"]) for post in known if (post["impressions"] or 0) > 0]
    usual = float(np.median(seen)) if seen else 1.0
    given = Posts(
        # The hour is not known of every post: noon stands for all.
        np.array([after[post["deliverable_id"]] + 0.5 for post in known]),
        np.array([float(post["impressions"] or 0) or usual for post in known]),
    )
    lines: list[dict[str, Any]] = []
    for series in SERIES:
        orders = np.array([float(day[series]) for day in days])
        weekday = first.weekday() if first is not None else 0
        found = estimate(orders, weekday, given, window, interval_pct) if len(known) else None
        lines += _lines(series, posts, known, found)
    return {column: [line.get(column) for line in lines] for column in HALO_TYPES}


def _lines(
    series: str, posts: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]], found: Halo | None
) -> list[dict[str, Any]]:
    total = {} if found is None else {
        "total_halo_orders": _rounded(found.total),
        "total_halo_orders_low": _rounded(found.total_low),
        "total_halo_orders_high": _rounded(found.total_high),
    }  # fmt: skip
    verdict = "unknown" if found is None else found.verdict
    lines = {
        post["deliverable_id"]: {
            "deliverable_id": post["deliverable_id"],
            "series": series,
            "verdict": verdict,
        }
        | total
        for post in posts
    }
    for number, post in enumerate(known if found is not None else ()):
        assert found is not None
        lines[post["deliverable_id"]] |= {
            "observed_orders": _rounded(found.observed[number]),
            "expected_orders": _rounded(found.expected[number]),
            "halo_orders": _rounded(found.effect[number]),
            "halo_orders_low": _rounded(found.low[number]),
            "halo_orders_high": _rounded(found.high[number]),
        }
    return list(lines.values())


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")
