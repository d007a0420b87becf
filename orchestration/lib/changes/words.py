"""Changes in sentences and a table."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

import duckdb

from orchestration.lib.attribution.explained import Explanation, Section, money, time
from orchestration.lib.changes.compare import (
    CAUSES,
    Changes,
    Moved,
    credit_changes,
    different_seeds,
    different_settings,
)
from orchestration.lib.changes.runs import REGISTRY, RunRow

#: Influencers with a sentence of their own, and rows of the table.
SENTENCES, ROWS = 5, 25
_FILES = 3
CAUSE_WORDS = {
    "new_order": "new orders",
    "order_gone": "orders that are no purchases any more",
    "refund": "refunds",
    "order_corrected": "orders that the shop corrected",
    "identity": "orders whose buyers are known better now (late identity)",
    "credit": "orders whose credit is split anew",
}
COST_WORDS = {
    "fixed_fee": "fees",
    "commission": "commissions",
    "product_cost": "products",
    "other_cost": "other costs",
}
_HEADINGS = {
    "new_order": "New orders",
    "order_gone": "Gone",
    "refund": "Refunds",
    "order_corrected": "Corrected",
    "identity": "Identity",
    "credit": "Credit",
}
#: What no purchase's credit depends on.
_NO_CREDIT = {
    "costs",
    *("scorecard_weights", "recommendation_rules"),
    *(
        "plan_budget",
        "plan_period_days",
        "plan_max_change_pct",
        "plan_elasticity",
        "halo_days",
        "cost_spread",
    ),
    *("gross_margin_pct", "shipping_cost_per_order", "bootstrap_replicates", "interval_pct"),
    *("min_sample_people", "silence_after_hours", "code_silence_days", "silence_min_visits"),
    *("silence_recent_days", "max_quarantine_share", "value_segment_thresholds"),
}


def explain_changes(changes: Changes, connection: duckdb.DuckDBPyConnection) -> Explanation:
    """What was different between the runs, what moved, and who by how much."""
    before, now = changes.before, changes.now
    between = len(changes.steps) - 2
    title = f"Run {now.number} ({time(now.built_at)} UTC) against run {before.number}"
    title += f" ({time(before.built_at)} UTC)"
    if between:
        title += f", {_count(between, 'run')} in between"
    moved = [one for one in changes.moved if one.has_moved]
    causes = [cause for cause in CAUSES if any(cause in one.causes for one in moved)]
    sections = [
        Section("What was different", tuple(_differences(changes))),
        Section("What moved", tuple(_totals(changes, moved, connection))),
    ]
    if moved:
        sections.append(
            Section(
                f"Influencers, {now.settings.get('reporting_currency', '')}, under {now.model}",
                tuple(_sentence(one) for one in moved[:SENTENCES]),
                (
                    "Influencer",
                    "Revenue before",
                    "Now",
                    *(_HEADINGS[cause] for cause in causes),
                    "Cost",
                    "ROI %",
                ),
                tuple(_row(one, causes) for one in moved[:ROWS]),
            )
        )
    if len(moved) > ROWS:
        sections.append(Section(f"{len(moved) - ROWS} more influencers moved less.", ()))
    return Explanation(title, tuple(sections))


def list_runs(runs: Sequence[RunRow]) -> Explanation:
    """All runs with what was new in each."""
    rows = [
        (str(run.number), run.run_id[:8], time(run.built_at), *line)
        for run, line in zip(runs, run_lines(runs), strict=True)
    ]
    columns = ("Run", "Id", "Began (UTC)", "New rows", "Different")
    return Explanation("Runs", (Section(_count(len(runs), "run"), (), columns, tuple(rows)),))


def run_lines(runs: Sequence[RunRow]) -> list[tuple[str, str]]:
    """Of each run: the rows that were new in it, and what else was different from the run before."""
    found = []
    for previous, run in zip([None, *runs], runs, strict=False):
        new = run.loaded if previous is None else {
            name: number - previous.loaded[name] for name, number in run.loaded.items()
        }  # fmt: skip
        told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in new.items() if number)
        found.append((told or "no new rows", _because(previous, run)))
    return found


def _differences(changes: Changes) -> list[str]:
    found = []
    new = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in changes.rows.items() if number)
    if changes.files:
        named = ", ".join(changes.files[:_FILES]) + (" ..." if len(changes.files) > _FILES else "")
        found.append(f"New data: {_count(len(changes.files), 'file')} with {new or 'no rows'} ({named}).")
    if changes.late_clicks:
        found.append(f"{changes.late_clicks:,} of the clicks are older than what was known: late events.")
    if changes.registry:
        found.append(f"Registry: {_listed(f'{name}.csv' for name in changes.registry)} changed.")
    if changes.reference:
        found.append(f"Reference data: {_listed(f'{name}.csv' for name in changes.reference)} changed.")
    for name, (old, new_value) in changes.settings.items():
        found.append(f"Setting {name}: {json.dumps(old)} before, {json.dumps(new_value)} now.")
    if changes.code_changed:
        found.append("The project's code changed.")
    if changes.before.people != changes.now.people:
        found.append(f"People: {changes.before.people:,} before, {changes.now.people:,} now.")
    return found or ["Nothing: the same data, registry, settings and code."]


def _totals(changes: Changes, moved: Sequence[Moved], connection: duckdb.DuckDBPyConnection) -> list[str]:
    if not moved:
        return ["No influencer's revenue or cost moved."]
    before, now = (sum((one.revenue[side] for one in changes.moved), Decimal(0)) for side in (0, 1))
    found = [
        f"Revenue of all influencers went from {money(before)} to {money(now)} ({_signed(now - before)}), "
        f"for {_count(len(moved), 'influencer')} of {len(changes.moved)}."
    ]
    for cause in CAUSES:
        parts = [one.causes[cause][0] for one in changes.moved if cause in one.causes]
        if parts:
            found.append(f"{_signed(sum(parts, Decimal(0)))} by {CAUSE_WORDS[cause]}.")
    reasons = _credit_reasons(changes, connection)
    if reasons:
        found.append(f"Credit was split anew because of {'; '.join(reasons)}.")
    rest = sum((one.unexplained for one in changes.moved), Decimal(0))
    if rest:
        found.append(f"{_signed(rest)} is of a run whose record is incomplete.")
    cost = sum((one.cost_change for one in changes.moved), Decimal(0))
    if any(one.cost_change for one in changes.moved):
        kinds = {
            kind: sum((one.costs.get(kind, Decimal(0)) for one in changes.moved), Decimal(0))
            for kind in COST_WORDS
        }
        found.append(f"Cost moved by {_signed(cost)}: {_kinds(kinds)}.")
    return found


def _credit_reasons(changes: Changes, connection: duckdb.DuckDBPyConnection) -> list[str]:
    found: list[str] = []
    for previous, run in zip(changes.steps, changes.steps[1:], strict=False):
        if credit_changes(connection, run, previous):
            reason = _because(previous, run, _NO_CREDIT) or "an unknown cause"
            found.append(f"{reason} (run {run.number})")
    return found


def _because(previous: RunRow | None, run: RunRow, without: Collection[str] = ()) -> str:
    """What was different from one run to the next, all of it, but for what is named in `without`."""
    if previous is None:
        return ""
    seeds = [name for name in different_seeds(previous, run) if name not in without]
    registry = [name for name in seeds if name in REGISTRY]
    reference = [name for name in seeds if name not in REGISTRY]
    settings = [name for name in different_settings(previous, run) if name not in without]
    parts = []
    if registry:
        parts.append(f"the registry ({', '.join(registry)})")
    if reference:
        parts.append(f"reference data ({', '.join(reference)})")
    if settings:
        parts.append(f"settings ({', '.join(settings)})")
    if previous.code != run.code:
        parts.append("the project's code")
    if run.through > previous.through:
        parts.append("new data")
    return " or ".join(parts)


def _sentence(one: Moved) -> str:
    parts = [
        f"{_signed(one.causes[cause][0])} by {CAUSE_WORDS[cause]} ({one.causes[cause][1]:,})"
        for cause in CAUSES
        if cause in one.causes
    ]
    text = (
        f"{one.name}: revenue {_signed(one.change)}, from {money(one.revenue[0])} to {money(one.revenue[1])}"
    )
    text += f": {', '.join(parts)}." if parts else "."
    if one.cost_change:
        text += f" Cost {_signed(one.cost_change)}: {_kinds(one.costs)}."
    return text


def _kinds(costs: dict[str, Decimal]) -> str:
    return _listed(f"{COST_WORDS[kind]} {_signed(amount)}" for kind, amount in costs.items() if amount)


def _row(one: Moved, causes: Sequence[str]) -> tuple[str, ...]:
    rois = ["-" if roi is None else f"{roi:,.0f}" for roi in one.roi]
    return (
        one.name,
        f"{one.revenue[0]:,.0f}",
        f"{one.revenue[1]:,.0f}",
        *(_short(one.causes[cause][0]) if cause in one.causes else "" for cause in causes),
        _short(one.cost_change) if one.cost_change else "",
        rois[0] if rois[0] == rois[1] else f"{rois[0]} to {rois[1]}",
    )


def _signed(amount: Decimal) -> str:
    return f"{amount:+,.2f}"


def _short(amount: Decimal) -> str:
    return f"{amount:+,.0f}" if abs(amount) >= 1 else f"{amount:+,.2f}"


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _listed(parts: Iterable[str]) -> str:
    names = list(parts)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
