"""Patterns: alike segments stay alike, planted differences are found, thin data are drawn to the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orchestration.lib.patterns import PATTERN_TYPES, pattern_columns


def patterns(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    columns = pattern_columns(rows, 90)
    assert list(columns) == list(PATTERN_TYPES)
    lines = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {(line["measure"], line["segment"]): line for line in lines}


def world(
    rng: np.random.Generator, effects: tuple[float, ...], sizes: tuple[int, ...]
) -> list[dict[str, Any]]:
    """Influencers who differ, and orders of uneven value: a segment's true return is its effect."""
    rows = []
    for number, (effect, size) in enumerate(zip(effects, sizes, strict=True)):
        for influencer in range(size):
            cost = float(rng.uniform(300, 3000))
            orders = rng.poisson(cost * effect * rng.gamma(6, 1 / 6) / 60)
            who = {"dimension": "tier", "segment": f"t{number}", "influencer_id": f"i{number}_{influencer}"}
            revenue = float((60 * np.exp(rng.normal(-0.25, 0.7, orders))).sum())
            rows.append(
                who | {"posts": 3, "cost": cost, "revenue": revenue, "sessions": 0, "conversions": orders}
            )
    return rows


def test_intervals_hold_the_truth_and_alike_segments_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(7)
    held, alarms = [], []
    for _ in range(150):
        truth = tuple(rng.gamma(16, 1 / 16, 4))
        found = patterns(world(rng, truth, (3, 6, 10, 20)))
        held += [
            found["roas", f"t{number}"]["pooled_low"] <= effect <= found["roas", f"t{number}"]["pooled_high"]
            for number, effect in enumerate(truth)
        ]
        same = patterns(world(rng, (1.0,) * 4, (3, 6, 10, 20)))
        alarms.append(any(line["verdict"] != "unclear" for line in same.values()))
    assert 0.85 <= np.mean(held) <= 0.99, np.mean(held)
    assert np.mean(alarms) <= 0.10, np.mean(alarms)


def test_a_planted_difference_is_found() -> None:
    rng = np.random.default_rng(11)
    found = [patterns(world(rng, (3.0, 1.0, 1.0, 1.0), (12, 12, 12, 12))) for _ in range(30)]
    assert np.mean([one["roas", "t0"]["verdict"] == "better" for one in found]) > 0.9
    assert np.mean([one["roas", "t1"]["verdict"] == "better" for one in found]) == 0


def test_thin_segments_are_drawn_to_the_mean() -> None:
    rng = np.random.default_rng(3)
    rows = world(rng, (1.0, 2.0, 1.5), (15, 15, 1))
    rows[-1] |= {"cost": 10.0, "revenue": 100.0}
    found = patterns(rows)
    thin = found["roas", "t2"]
    assert thin["observed"] == 10.0
    assert thin["pooled"] < 3 and thin["own_weight"] < 0.2 and thin["verdict"] == "unclear"


@pytest.mark.parametrize("change", [{"revenue": 0, "conversions": 0}, {"cost": 0, "revenue": 5}])
def test_nothing_sold_and_nothing_spent_say_nothing(change: dict[str, Any]) -> None:
    rows = [row | change for row in world(np.random.default_rng(1), (1.0, 1.0), (3, 3))]
    assert all(line["verdict"] == "unknown" and line["pooled"] is None for line in patterns(rows).values())


def test_one_influencer_and_nobody_are_no_pattern() -> None:
    assert patterns([]) == {}
    one = patterns(world(np.random.default_rng(1), (1.0,), (1,)))
    assert one["roas", "t0"]["verdict"] == "unknown"
