"""Sentences around figures."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.lib.readers import words


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
