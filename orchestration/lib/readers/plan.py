"""The budget plan as it is published, and for another budget by the same curves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.lib.readers import text
from orchestration.lib.readers.database import Reader
from orchestration.lib.readers.run import read_run, read_settings

PLAN = "mart_budget_plan"
# What the sentences need of it.
_SAID = (
    *("influencer_id", "attribution_model", "value_basis", "period_from", "period_to", "spend_before"),
    *("planned_spend", "next_unit_value", "budget", "unallocated", "is_cut"),
    *("plan_gain", "plan_gain_low", "plan_gain_high"),
)
DEFAULT_MAX_CHANGE_PCT = 50.0


@dataclass(frozen=True)
class BudgetPlan:
    """A plan: one line an influencer of the mart's columns, the highest planned spend first.

    Attributes:
        period_from, period_to: the comparable past period; None before there are data.
        value_basis: `contribution` or `revenue`.
        max_change_pct: most that anybody's spend may change, in per cent.
    """

    lines: tuple[dict[str, Any], ...]
    currency: str
    model: str
    value_basis: str
    period_from: date | None
    period_to: date | None
    max_change_pct: float
    interval_pct: float

    @property
    def planned(self) -> tuple[dict[str, Any], ...]:
        """The lines of influencers with a spend in the past period."""
        return tuple(line for line in self.lines if line["spend_before"] > 0)


def read_plan(reader: Reader, budget: float | None = None, max_change_pct: float | None = None) -> BudgetPlan:
    """The published plan; with a budget or bound of one's own, a plan by the published curves.

    Raises:
        ReaderError: the file has no plan, or is damaged.
    """
    reader.require(PLAN, "planned_spend", "value_per_spend", "elasticity_sd_own")
    return _read(reader, ("*",), budget, max_change_pct)


def _read(
    reader: Reader, columns: tuple[str, ...], budget: float | None = None, max_change_pct: float | None = None
) -> BudgetPlan:
    lines = reader.query(f"select {', '.join(columns)} from {PLAN} order by influencer_id").dicts()
    run, settings = read_run(reader), read_settings(reader)
    allowed = float(settings.get("plan_max_change_pct") or DEFAULT_MAX_CHANGE_PCT)
    if budget is not None or max_change_pct is not None:
        # SciPy takes half a second that a published plan does not need.
        from orchestration.lib.plan.tables import PlanSettings, replan

        allowed = max_change_pct if max_change_pct is not None else allowed
        if budget is None and settings.get("plan_budget"):
            budget = float(settings["plan_budget"])
        lines = replan(lines, PlanSettings(budget, allowed, 0.0, run.interval_pct))
    lines.sort(key=lambda line: (-line["planned_spend"], line["influencer_id"]))
    first = lines[0] if lines else {}
    return BudgetPlan(
        tuple(lines), run.currency, first.get("attribution_model", run.decision_model),
        first.get("value_basis", "revenue"), first.get("period_from"), first.get("period_to"), allowed,
        run.interval_pct,
    )  # fmt: skip


def said(reader: Reader) -> tuple[list[str], bool]:
    """The sentences of the published plan, and whether it plans for anybody."""
    reader.require(PLAN, *_SAID)
    plan = _read(reader, _SAID)
    return sentences(plan), bool(plan.planned)


def sentences(plan: BudgetPlan) -> list[str]:
    """What the plan says, in the order in which one asks."""
    if not plan.planned and plan.period_to is None:
        return ["There is nothing to plan: there are no visits and orders yet, so no period to compare with."]
    if not plan.planned:
        return [
            "There is nothing to plan: no influencer cost anything in the period, so a spend has nothing to "
            "start from. Enter fees and invoices in the registry's costs.csv or partnerships.csv."
        ]
    first = plan.planned[0]
    before = sum(line["spend_before"] for line in plan.planned)
    money = _money(plan)
    found = [
        f"From {text.day(plan.period_from)} to {text.day(plan.period_to)}, {money(before)} was spent on "
        f"{len(plan.planned)} influencers, without commissions. The next period of that length has "
        f"{money(first['budget'])}; no spend changes by more than {plan.max_change_pct:g}{text.PCT}. "
        "Seasons are not in the plan: it takes the next period for one like the last.",
    ]
    if first["unallocated"] > 0:
        placed = sum(line["planned_spend"] for line in plan.planned)
        found.append(
            f"Only {money(placed)} of it is planned. {money(first['unallocated'])} finds no place, because "
            f"what more than {plan.max_change_pct:g}{text.PCT} above the spend before would bring was never "
            "tried: try other influencers, or allow more with --max-change."
        )
    if first["is_cut"]:
        found.append("That is less than the lowest spends together, so all are cut alike, further than that.")
    if first["plan_gain"] is None:
        return [*found, "Nobody has sold anything yet, so nothing can be said of a gain."]
    gain = first["plan_gain"]
    found.append(
        f"Against spending as before it should {'lose' if gain < 0 else 'gain'} {money(abs(gain))} of "
        f"{plan.value_basis} "
        f"(gain, {plan.interval_pct:g}{text.PCT} interval: {text.interval(*_ends(first))}), after the "
        "difference in spend and after commissions."
    )
    if _ends(first)[0] < 0 < _ends(first)[1]:
        found.append("The interval has 0 in it: the data do not settle that this split is better.")
    losing = sum(1 for line in plan.planned if line["next_unit_value"] < 1)
    if losing and first["unallocated"]:
        found.append(
            f"With {losing} of {len(plan.planned)} the last {plan.currency} of it brings less than it costs: "
            "a budget as before, or a smaller one, would leave more."
        )
    elif losing:
        found.append(
            f"With {losing} of {len(plan.planned)} the next {plan.currency} brings less than it costs: the "
            "budget is spent as asked, and a smaller one would leave more."
        )
    return found


def _ends(line: dict[str, Any]) -> tuple[Any, Any]:
    return line["plan_gain_low"], line["plan_gain_high"]


def _money(plan: BudgetPlan) -> Any:
    return lambda amount: f"{text.number(amount)} {plan.currency}"
