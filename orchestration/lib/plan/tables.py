"""The budget plan from table to table: for dbt's Python model, and again for another budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from orchestration.lib.plan.allocate import Allocation, Cents, allocate, proportional
from orchestration.lib.plan.curves import Curves, Expected, Floats, expect
from orchestration.lib.plan.fitting import Doses, Fitted, Totals, fit_curves

#: So that another processor's last bits do not show in published tables.
_SIGNIFICANT_DIGITS = 10

#: Columns of `int_budget_plan` and their SQL types.
PLAN_TYPES = {
    "influencer_id": "varchar",
    "spend_before": "decimal(18, 2)",
    "planned_spend": "decimal(18, 2)",
    "least_spend": "decimal(18, 2)",
    "most_spend": "decimal(18, 2)",
    "expected_value_before": "decimal(18, 2)",
    "expected_value": "decimal(18, 2)",
    "expected_gain": "decimal(18, 2)",
    "gain_low": "decimal(18, 2)",
    "gain_high": "decimal(18, 2)",
    "next_unit_value": "double",
    "value_per_spend": "double",
    "value_per_spend_sd": "double",
    "elasticity": "double",
    "elasticity_sd_all": "double",
    "elasticity_sd_tier": "double",
    "elasticity_sd_own": "double",
    "own_weight": "double",
    "curve_basis": "varchar",
    "reason": "varchar",
    "budget": "decimal(18, 2)",
    "unallocated": "decimal(18, 2)",
    "is_cut": "boolean",
    "plan_gain": "decimal(18, 2)",
    "plan_gain_low": "decimal(18, 2)",
    "plan_gain_high": "decimal(18, 2)",
}
_CURVE = ("value_per_spend", "value_per_spend_sd", "elasticity",
          "elasticity_sd_all", "elasticity_sd_tier", "elasticity_sd_own")  # fmt: skip

Row = Mapping[str, Any]


class PlanSettings(NamedTuple):
    """What a plan goes by; money in reporting currency.

    Attributes:
        budget: to spend; None: as much as in the comparable past period.
        max_change_pct: most that anybody's spend may rise or fall, in per cent.
        elasticity: of influencers whose campaigns say nothing of it.
        interval_pct: coverage of the intervals.
    """

    budget: float | None
    max_change_pct: float
    elasticity: float
    interval_pct: float


def plan_columns(rows: Iterable[Row], settings: PlanSettings) -> dict[str, list[Any]]:
    """The columns of `int_budget_plan`, one row an influencer, in the order of their ids.

    Args:
        rows: of `int_plan_doses`: `influencer_id`, `tier`, `campaign_id`, `spend`, `recent_spend`, `revenue`,
            `value` and `lump`, at least one row an influencer.
        settings: what to plan with.
    """
    influencers: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["influencer_id"], row["campaign_id"] or "")):
        influencers.setdefault(row["influencer_id"], []).append(row)
    paid = [name for name, doses in influencers.items() if _spend(doses) > 0]
    fitted, tiers = _fit([influencers[name] for name in paid], settings.elasticity)
    found: dict[str, dict[str, Any]] = {name: {"influencer_id": name} for name in influencers}
    for number, name in enumerate(paid):
        found[name] |= _curve_of(fitted, tiers, number)
    before = {name: max(0.0, _sum(doses, "recent_spend")) for name, doses in influencers.items()}
    for name, spend in before.items():
        found[name]["spend_before"] = spend
    lines = [{**found[name], "tier": influencers[name][0]["tier"]} for name in influencers]
    planned = replan(lines, settings)
    return {column: [line.get(column) for line in planned] for column in PLAN_TYPES}


def replan(lines: Sequence[Row], settings: PlanSettings) -> list[dict[str, Any]]:
    """The lines of a plan for another budget or other bounds; their curves stay what they are.

    Args:
        lines: rows of a plan with `tier`, `spend_before` and the columns of the curve (None without one).
        settings: what to plan with; the elasticity has been used already.
    """
    result = [dict(line) for line in lines]
    candidates = [line for line in result if _cents(line["spend_before"]) > 0]
    before = np.array([_cents(line["spend_before"]) for line in candidates], dtype=np.int64)
    wanted = int(before.sum()) if settings.budget is None else _cents(settings.budget)
    curves = _curves(candidates)
    expected = None
    if curves is None:
        allocation = proportional(before, wanted, settings.max_change_pct)
    else:
        allocation = allocate(curves, before, wanted, settings.max_change_pct)
        expected = expect(curves, before / 100, allocation.planned / 100, settings.interval_pct)
    for number, line in enumerate(candidates):
        line |= {
            "planned_spend": int(allocation.planned[number]) / 100,
            "least_spend": int(allocation.least[number]) / 100,
            "most_spend": int(allocation.most[number]) / 100,
        }
    if curves is not None and expected is not None:
        _add_expected(candidates, curves, before, allocation, expected)
    for line in result:
        if line.get("planned_spend") is None:
            line["planned_spend"] = line["least_spend"] = line["most_spend"] = 0.0
        line.setdefault("curve_basis", "none")
        line["reason"] = _reason(line, allocation, curves is not None)
        line |= {
            "budget": wanted / 100,
            "unallocated": allocation.unallocated / 100,
            "is_cut": allocation.is_cut,
            "plan_gain": None if expected is None else round(expected.total, 2),
            "plan_gain_low": None if expected is None else round(expected.total_low, 2),
            "plan_gain_high": None if expected is None else round(expected.total_high, 2),
        }
    return result


def _fit(histories: Sequence[Sequence[Row]], elasticity: float) -> tuple[Fitted | None, list[str]]:
    """The curves, and the name of each influencer's tier."""
    tiers = [doses[0]["tier"] or "" for doses in histories]
    numbers = {tier: number for number, tier in enumerate(sorted(set(tiers)))}
    spend = np.array([_spend(doses) for doses in histories])
    value = np.array([_sum(doses, "value") for doses in histories])
    revenue = np.array([_sum(doses, "revenue") for doses in histories])
    recent = np.array([_sum(doses, "recent_spend") for doses in histories])
    lump = np.array([float(doses[0]["lump"] or 0) for doses in histories])
    # Of a purchase only what it left counts.
    kept = np.clip(value / np.where(revenue > 0, revenue, np.inf), 0, 1)
    totals = Totals(
        anchor=np.where(recent > 0, recent, spend),
        tier=np.array([numbers[tier] for tier in tiers], dtype=np.int64),
        spend=spend,
        value=value,
        lump=lump * kept,
    )
    doses = [
        (number, float(dose["spend"]), float(dose["value"] or 0))
        for number, history in enumerate(histories)
        for dose in history
        if dose["campaign_id"] is not None and (dose["spend"] or 0) > 0
    ]
    columns = list(zip(*doses, strict=True)) or [(), (), ()]
    return fit_curves(
        Doses(np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.float64),
              np.array(columns[2], dtype=np.float64)),
        totals, elasticity,
    ), tiers  # fmt: skip


def _curve_of(fitted: Fitted | None, tiers: Sequence[str], number: int) -> dict[str, Any]:
    if fitted is None:
        return {}
    weight = float(fitted.own_weight[number])
    # Without peers in the tier, what is not its own is of all.
    pooled = "tier" if tiers.count(tiers[number]) > 1 else "all"
    columns = (fitted.curves.value_per_spend, fitted.curves.value_sd, *fitted.curves[3:7])
    return {
        **{name: _rounded(column[number]) for name, column in zip(_CURVE, columns, strict=True)},
        "own_weight": _rounded(weight),
        "curve_basis": "own" if weight >= 0.5 else pooled,
    }


def _curves(lines: Sequence[Row]) -> Curves | None:
    if not lines or any(line.get("value_per_spend") is None for line in lines):
        return None
    tiers = sorted({line["tier"] or "" for line in lines})
    column = {name: np.array([float(line[name]) for line in lines]) for name in _CURVE}
    return Curves(
        np.array([_cents(line["spend_before"]) for line in lines]) / 100,
        column["value_per_spend"],
        column["value_per_spend_sd"],
        column["elasticity"],
        column["elasticity_sd_all"],
        column["elasticity_sd_tier"],
        column["elasticity_sd_own"],
        np.array([tiers.index(line["tier"] or "") for line in lines], dtype=np.int64),
    )


def _add_expected(
    lines: Sequence[dict[str, Any]], curves: Curves, before: Cents, allocation: Allocation, expected: Expected
) -> None:
    planned = allocation.planned / 100
    shown: dict[str, npt.NDArray[Any] | Floats] = {
        "expected_value_before": curves.value(before / 100),
        "expected_value": curves.value(planned),
        "expected_gain": expected.gain,
        "gain_low": expected.low,
        "gain_high": expected.high,
    }
    next_unit = curves.marginal(np.maximum(planned, 0.01))
    for number, line in enumerate(lines):
        line |= {name: round(float(column[number]), 2) for name, column in shown.items()}
        line["next_unit_value"] = _rounded(next_unit[number])


def _reason(line: Row, allocation: Allocation, known: bool) -> str:
    if _cents(line["spend_before"]) <= 0:
        return "Nothing was spent on them in the period, so a change in per cent has nothing to start from."
    if allocation.unallocated:
        return "As much more as a change may be; there is budget left."
    if allocation.is_cut:
        return "The budget is below the lowest spends together, so all are cut alike."
    if not known:
        return "Nobody has sold anything yet, so nothing says whose spend is better: all change alike."
    if _cents(line["planned_spend"]) >= _cents(line["most_spend"]):
        return "As much more as a change may be: the next unit brings more than with the others."
    if _cents(line["planned_spend"]) <= _cents(line["least_spend"]):
        return "As much less as a change may be: the next unit brings more with the others."
    return "The next unit brings as much as with the others."


def _spend(rows: Sequence[Row]) -> float:
    """Spend of all time; credit notes of old invoices must not hide what was spent of late."""
    return max(_sum(rows, "spend"), _sum(rows, "recent_spend"))


def _sum(rows: Sequence[Row], column: str) -> float:
    return float(sum(row[column] or 0 for row in rows))


def _cents(amount: Any) -> int:
    return round(float(amount or 0) * 100)


def _rounded(value: Any) -> float:
    return float(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")
