"""Two runs compared: revenue by cause, cost by kind, and what was different when they ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from orchestration.lib.changes.runs import DATASETS, REGISTRY, RunRow

COSTS = ("fixed_fee", "commission", "product_cost", "other_cost")
CAUSES = ("new_order", "order_gone", "refund", "order_corrected", "identity", "credit")
ZERO = Decimal("0.00")


@dataclass
class Moved:
    """One influencer in both runs; money in reporting currency.

    Attributes:
        revenue, cost: before and now.
        roi: ROI in per cent before and now, None without cost.
        costs: change by kind of cost.
        causes: change of revenue and orders behind it, by cause.
    """

    influencer_id: str
    name: str
    revenue: tuple[Decimal, Decimal] = (ZERO, ZERO)
    cost: tuple[Decimal, Decimal] = (ZERO, ZERO)
    roi: tuple[float | None, float | None] = (None, None)
    costs: dict[str, Decimal] = field(default_factory=dict)
    causes: dict[str, tuple[Decimal, int]] = field(default_factory=dict)

    @property
    def change(self) -> Decimal:
        """By how much revenue moved."""
        return self.revenue[1] - self.revenue[0]

    @property
    def cost_change(self) -> Decimal:
        """By how much cost moved."""
        return self.cost[1] - self.cost[0]

    @property
    def unexplained(self) -> Decimal:
        """What no recorded cause accounts for; 0 unless a run in between was killed while it recorded."""
        return self.change - sum((money for money, _ in self.causes.values()), ZERO)

    @property
    def has_moved(self) -> bool:
        """True where any figure or cause differs."""
        return bool(self.change or self.cost_change or self.causes)


@dataclass(frozen=True)
class Changes:
    """What moved from one run to another.

    Attributes:
        steps: all runs from `before` to `now`, both included.
        moved: influencers, the largest change of revenue or cost first; also those that did not move.
        files: paths of the landing files that came in between.
        late_clicks: clicks among the new ones that are older than the newest known before.
        registry, reference, settings: what differs, settings with values before and now.
        code_changed: True where models or macros differ.
    """

    before: RunRow
    now: RunRow
    steps: tuple[RunRow, ...]
    moved: tuple[Moved, ...]
    files: tuple[str, ...]
    rows: dict[str, int]
    late_clicks: int
    registry: tuple[str, ...]
    reference: tuple[str, ...]
    settings: dict[str, tuple[object, object]]
    code_changed: bool


def compare(connection: duckdb.DuckDBPyConnection, runs: Sequence[RunRow], before: RunRow) -> Changes:
    """Everything that differs between a run and the last one."""
    now = runs[-1]
    seeds = different_seeds(before, now)
    return Changes(
        before=before,
        now=now,
        steps=tuple(run for run in runs if run.number >= before.number),
        moved=tuple(_moved(connection, before, now)),
        files=_files(connection, before, now),
        rows={name: now.loaded[name] - before.loaded[name] for name in DATASETS},
        late_clicks=_late_clicks(connection, before),
        registry=tuple(name for name in seeds if name in REGISTRY),
        reference=tuple(name for name in seeds if name not in REGISTRY),
        settings=different_settings(before, now),
        code_changed=before.code != now.code,
    )


def different_seeds(before: RunRow, now: RunRow) -> list[str]:
    """Registry and reference tables whose content differs."""
    return [name for name, content in now.seeds.items() if before.seeds.get(name) != content]


def different_settings(before: RunRow, now: RunRow) -> dict[str, tuple[object, object]]:
    """Settings that differ, with their values before and now."""
    names = sorted(before.settings.keys() | now.settings.keys())
    return {
        name: (before.settings.get(name), now.settings.get(name))
        for name in names
        if before.settings.get(name) != now.settings.get(name)
    }


def credit_changes(connection: duckdb.DuckDBPyConnection, run: RunRow, previous: RunRow) -> Decimal:
    """Absolute change by `credit` between two runs that follow each other."""
    rows = connection.execute(
        "select coalesce(sum(abs(revenue_change)), 0) from history.hist_roi_changes "
        "where cause = 'credit' and built_at > ? and built_at <= ?",
        [previous.built_at, run.built_at],
    ).fetchall()
    return Decimal(rows[0][0])


def _moved(connection: duckdb.DuckDBPyConnection, before: RunRow, now: RunRow) -> list[Moved]:
    found: dict[str, Moved] = {}
    for position, run in enumerate((before, now)):
        rows = connection.execute(
            f"select influencer_id, influencer_name, attributed_revenue, total_cost, roi_pct, "
            f"{', '.join(COSTS)} from history.hist_influencer_roi "
            "where run_id = ? and attribution_model = ? order by influencer_id",
            [run.run_id, run.model],
        ).fetchall()
        for influencer, name, revenue, cost, roi, *costs in rows:
            one = found.setdefault(influencer, Moved(influencer, name or influencer))
            one.revenue = _set(one.revenue, position, revenue)
            one.cost = _set(one.cost, position, cost)
            one.roi = (one.roi[0], roi) if position else (roi, None)
            for kind, amount in zip(COSTS, costs, strict=True):
                one.costs[kind] = one.costs.get(kind, ZERO) + (amount if position else -amount)
    rows = connection.execute(
        "select influencer_id, cause, sum(revenue_change), sum(orders)::bigint from history.hist_roi_changes "
        "where built_at > ? and built_at <= ? group by influencer_id, cause order by influencer_id, cause",
        [before.built_at, now.built_at],
    ).fetchall()
    for influencer, cause, revenue, orders in rows:
        one = found.setdefault(influencer, Moved(influencer, influencer))
        # A setting that was changed and changed back has moved nothing from the one run to the other.
        if revenue:
            one.causes[cause] = (revenue, orders)
    return sorted(
        found.values(), key=lambda one: (-max(abs(one.change), abs(one.cost_change)), one.influencer_id)
    )


def _set(pair: tuple[Decimal, Decimal], position: int, value: Decimal) -> tuple[Decimal, Decimal]:
    return (pair[0], value) if position else (value, pair[1])


def _files(connection: duckdb.DuckDBPyConnection, before: RunRow, now: RunRow) -> tuple[str, ...]:
    rows = connection.execute(
        "select path from raw.load_log where file_id > ? and file_id <= ? order by file_id",
        [before.through, now.through],
    ).fetchall()
    return tuple(path for (path,) in rows)


def _late_clicks(connection: duckdb.DuckDBPyConnection, before: RunRow) -> int:
    rows = connection.execute(
        "select count(*) from raw.clicks where _file_id > ? "
        "and event_at < (select max(event_at) from raw.clicks where _file_id <= ?)",
        [before.through, before.through],
    ).fetchall()
    return int(rows[0][0])
