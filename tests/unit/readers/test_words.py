"""Sentences around figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from orchestration.lib.readers import Table, influencers, words


@pytest.mark.parametrize(
    ("by", "last", "said"),
    [
        ("week", date(2026, 6, 3), " The last week has 3 of its 7 days."),
        ("week", date(2026, 6, 7), ""),
        ("month", date(2026, 6, 3), " The last month has 3 of its 30 days."),
        ("month", date(2024, 2, 29), ""),
        ("day", date(2026, 6, 3), ""),
    ],
)
def test_a_trend_says_that_its_end_is_not_over(by: str, last: date, said: str) -> None:
    assert words.unfinished(by, last) == said


def test_the_largest_are_those_that_cost_or_brought_most() -> None:
    rows = [("a", 1, 90), ("b", 80, Decimal("0.00")), ("c", 5, 5), ("d", 5, 5), ("e", 4, 3)]
    table = Table(("influencer_id", "total_cost", "attributed_revenue"), tuple(rows))
    assert influencers.largest(table, 5) is table
    assert influencers.largest(table, 2).column("influencer_id") == ["a", "b"]
    assert influencers.largest(table, 3).column("influencer_id") == ["a", "b", "c"]
