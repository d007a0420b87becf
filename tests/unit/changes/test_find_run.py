"""Which run a date, a number or an id means."""

from __future__ import annotations

from datetime import datetime

import pytest

from orchestration.lib.changes import ChangesError, RunRow, find_run


def run(number: int, at: str) -> RunRow:
    return RunRow(number, f"{number}{'ab' * 4}", datetime.fromisoformat(at), "linear", {}, "", {}, 0, {}, 0)


RUNS = [run(1, "2026-01-01T06:00"), run(2, "2026-01-02T06:00"), run(3, "2026-01-02T18:00")]


@pytest.mark.parametrize(
    ("since", "number"),
    [
        (None, 2),
        ("1", 1),
        ("2abab", 2),
        ("2026-01-02", 1),
        ("2026-01-02T12:00", 2),
        ("2026-01-02T07:00+02:00", 1),
        ("2020-01-01", 1),
    ],
)
def test_since_means_a_run(since: str | None, number: int) -> None:
    assert find_run(RUNS, since).number == number


@pytest.mark.parametrize("since", ["4", "0", "20260101", "yesterday", "3", "2027-01-01"])
def test_what_means_no_earlier_run_is_said(since: str) -> None:
    with pytest.raises(ChangesError):
        find_run(RUNS, since)


def test_one_run_has_nothing_to_be_compared_with() -> None:
    with pytest.raises(ChangesError, match="one run only"):
        find_run(RUNS[:1], None)
