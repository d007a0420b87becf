"""The budget plan: bounds, cents, known curves, and data that carries no curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orchestration.lib.plan import Curves, allocate, expect
from orchestration.lib.plan.tables import PLAN_TYPES, PlanSettings, plan_columns, replan

SETTINGS = PlanSettings(budget=None, max_change_pct=50, elasticity=0.7, interval_pct=90)


def dose(influencer: str, spend: float, value: float, **other: Any) -> dict[str, Any]:
    money = {"spend": spend, "recent_spend": spend, "revenue": value, "value": value}
    lump = 50.0 if value else None
    return {"influencer_id": influencer, "tier": "micro", "campaign_id": "c1", "lump": lump} | money | other


def plan(rows: list[dict[str, Any]], **settings: Any) -> list[dict[str, Any]]:
    columns = plan_columns(rows, SETTINGS._replace(**settings))
    assert list(columns) == list(PLAN_TYPES)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def curves(value_per_spend: list[float], anchor: list[float], elasticity: float = 0.5) -> Curves:
    rows = len(anchor)
    none = np.zeros(rows)
    level, bend, tier = np.array(value_per_spend), np.full(rows, elasticity), np.zeros(rows, dtype=np.int64)
    return Curves(np.array(anchor), level, none, bend, none, none, none, tier)


def test_the_split_is_the_best_that_a_grid_finds() -> None:
    known = curves([3.0, 1.0, 2.0], [100.0, 200.0, 300.0])
    before = np.array([10_000, 20_000, 30_000])
    found = allocate(known, before, 60_000, 50)
    assert found.planned.sum() == 60_000
    assert (found.planned >= found.least).all() and (found.planned <= found.most).all()
    best = known.value(found.planned / 100).sum()
    first, second = np.meshgrid(np.linspace(50, 150, 401), np.linspace(100, 300, 401))
    third = 600 - first - second
    allowed = (third >= 150) & (third <= 450)
    values = sum(
        weight * anchor * (np.where(allowed, spend, anchor) / anchor) ** 0.5
        for weight, anchor, spend in ((3, 100, first), (1, 200, second), (2, 300, third))
    )
    assert best >= np.where(allowed, values, 0).max() - 1e-6


def test_equal_influencers_share_alike_and_odd_cents_go_to_the_first() -> None:
    found = allocate(curves([1.0] * 3, [100.0] * 3), np.array([10_000] * 3), 29_999, 50)
    assert found.planned.tolist() == [10_000, 10_000, 9_999]


def test_what_bounds_leave_over_is_said_and_a_small_budget_cuts_all_alike() -> None:
    known = curves([3.0, 1.0], [100.0, 300.0])
    before = np.array([10_000, 30_000])
    most = allocate(known, before, 100_000, 50)
    assert (most.planned.tolist(), most.unallocated, most.is_cut) == ([15_000, 45_000], 40_000, False)
    least = allocate(known, before, 10_000, 50)
    assert (least.planned.tolist(), least.unallocated, least.is_cut) == ([2_500, 7_500], 0, True)


def test_known_curves_say_the_gain_to_the_cent_and_unknown_ones_an_interval() -> None:
    known = curves([4.0, 1.0], [100.0, 100.0])
    before, planned = np.array([100.0, 100.0]), np.array([144.0, 64.0])
    expected = expect(known, before, planned, 90)
    assert expected.gain == pytest.approx([400 * 0.2 - 44, 100 * -0.2 + 36])
    assert expected.total_low == pytest.approx(expected.total) == pytest.approx(expected.total_high)
    unsure = known._replace(value_sd=np.array([1.0, 0.5]), sd_all=np.full(2, 0.1))
    wider = expect(unsure, before, planned, 90)
    assert wider.total_low < wider.total < wider.total_high
    assert wider.total_low == expect(unsure, before, planned, 90).total_low


def test_money_moves_to_whom_it_earns_more_with_and_the_budget_is_kept() -> None:
    rows = [dose("a", 1000, 4000), dose("b", 1000, 500), dose("c", 1000, 1500, tier="mega")]
    found = plan(rows)
    assert [line["planned_spend"] for line in found][0] == 1500
    assert sum(round(line["planned_spend"] * 100) for line in found) == 300_000
    assert found[0]["plan_gain_low"] <= found[0]["plan_gain"] <= found[0]["plan_gain_high"]
    more = plan(rows, budget=3300.33)
    assert sum(round(line["planned_spend"] * 100) for line in more) == 330_033


def test_thin_data_are_drawn_to_the_tier_and_plenty_is_not() -> None:
    peers = [dose(f"p{number}", 2000, 4000 + 100 * number) for number in range(6)]
    thin, plenty = dose("thin", 10, 0), dose("plenty", 50_000, 25_000)
    found = {line["influencer_id"]: line for line in plan([*peers, thin, plenty])}
    assert found["thin"]["curve_basis"] == "tier" and found["thin"]["own_weight"] < 0.2
    assert found["thin"]["value_per_spend"] > 0.8
    assert found["plenty"]["curve_basis"] == "own"
    assert found["plenty"]["value_per_spend"] == pytest.approx(0.5, abs=0.05)


def test_campaigns_of_different_size_tell_the_elasticity() -> None:
    for truth in (0.35, 0.85):
        rows = [
            dose(f"i{number}", spend, 20 * (1 + number % 3) * spend**truth, campaign_id=f"c{spend}", lump=5.0)
            for number in range(8)
            for spend in (200, 800, 3200)
        ]
        assert plan(rows)[0]["elasticity"] == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "spends"),
    [
        ([], []),
        ([dose("a", 1000, 4000)], [1000]),
        ([dose("a", 1000, 0), dose("b", 500, 0)], [1000, 500]),
        ([dose("a", 0, 4000), dose("b", 0, 0)], [0, 0]),
        ([dose("a", 1000, -50)], [1000]),
        ([dose("a", 1000, 4000, recent_spend=0), dose("b", 500, 100)], [0, 500]),
        ([dose("a", 1000, 4000, tier=None, lump=None)], [1000]),
        ([dose("a", -500, 4000, recent_spend=1000), dose("b", 0, 0, recent_spend=0)], [1000, 0]),
    ],
    ids=["nobody", "one", "no sales", "no cost", "only refunds", "paid long ago", "no tier", "credit notes"],
)
def test_data_that_says_little_still_gives_a_plan(rows: list[dict[str, Any]], spends: list[float]) -> None:
    found = plan(rows)
    assert [line["planned_spend"] for line in found] == spends
    assert all(line["reason"] for line in found)


def test_planning_again_with_published_curves_gives_the_same_plan() -> None:
    rows = [dose("a", 1000, 4000), dose("b", 1000, 500, tier="mega"), dose("c", 700, 1500)]
    first = plan(rows)
    lines = [{**line, "tier": row["tier"]} for line, row in zip(first, rows, strict=True)]
    again = replan(lines, SETTINGS)
    assert [line["planned_spend"] for line in again] == [line["planned_spend"] for line in first]
    assert replan(lines, SETTINGS._replace(budget=50_000))[0]["unallocated"] == 50_000 - 2700 * 1.5


def test_the_interval_holds_the_true_gain() -> None:
    """Worlds of known curves; what is planned from noisy campaigns is judged by the truth."""
    rng = np.random.default_rng(20260105)
    held = []
    for _ in range(80):
        level = rng.gamma(3, 0.5, 12)
        elasticity = np.clip(rng.normal(0.7, 0.1, 12), 0.1, 0.94)
        anchor = rng.uniform(300, 3000, 12)
        rows = []
        for number in range(12):
            for campaign in range(3):
                spend = anchor[number] * rng.uniform(0.6, 1.6)
                mean = level[number] * anchor[number] * (spend / anchor[number]) ** elasticity[number]
                value = float((50 * np.exp(rng.normal(-0.25, 0.7, rng.poisson(mean / 50)))).sum())
                rows.append(
                    dose(f"i{number:02d}", spend, value, campaign_id=f"c{campaign}", lump=80.0,
                         recent_spend=anchor[number] if campaign == 0 else 0)
                )  # fmt: skip
        found = plan(rows)
        planned = np.array([line["planned_spend"] for line in found])
        truth = level * anchor * ((planned / anchor) ** elasticity - 1)
        held.append(found[0]["plan_gain_low"] <= truth.sum() <= found[0]["plan_gain_high"])
    assert np.mean(held) >= 0.82, np.mean(held)
