"""Worlds of known long-run revenue, one influencer each, through dbt's bootstrap: do intervals hold it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from orchestration.lib.settings import DBT_PROJECT
from tests.support.warehouse import dbt, settings_for

FIXED_COST = 1_000.0
COMMISSION = 0.1
#: Orders a buyer places, and the share of an order that the model credits.
ORDERS = 1.4
SHARES, SHARE_ODDS = np.array([0.2, 0.4, 0.6, 1.0]), np.array([0.1, 0.2, 0.2, 0.5])
MODELS = sorted(
    file.stem.split("__")[1]
    for file in (DBT_PROJECT / "models" / "attribution").glob("fct_attribution__*.sql")
)
#: Expected buyers, and the spread of order values on the log scale.
Kind = tuple[int, float]


@dataclass
class Coverage:
    """Whether each world's interval held the truth: by figure, and of revenue by kind of world."""

    figures: dict[str, list[bool]] = field(default_factory=dict)
    kinds: dict[Kind, list[bool]] = field(default_factory=dict)


def measure(folder: Path, kinds: Sequence[Kind], worlds: int, seed: int = 20260105) -> Coverage:
    """Draws `worlds` worlds of each kind and builds their intervals below `folder`."""
    settings = settings_for(folder / "landing", Path("seeds/registry"), folder / "data")
    rows, truth = _simulate(np.random.default_rng(seed), kinds, worlds)
    with duckdb.connect(str(settings.warehouse)) as connection:
        _write(connection, rows)
    result = dbt(settings, ["run", "-s", "int_bootstrap_totals", "int_influencer_intervals"])
    assert result.success, result.error or [node.message for node in result.failures]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            select influencer_id, revenue_low, revenue_high, roi_pct_low, roi_pct_high, cpa_low, cpa_high
            from intermediate.int_influencer_intervals
            where attribution_model = 'linear' and is_sample_enough
            """
        ).fetchall()
    share = float(SHARES @ SHARE_ODDS)
    coverage = Coverage({"revenue": [], "roi_pct": [], "cpa": []}, {kind: [] for kind in kinds})
    for name, revenue_low, revenue_high, roi_low, roi_high, cpa_low, cpa_high in found:
        kind = kinds[int(name.split("_")[0])]
        revenue = truth[name]
        cost = FIXED_COST + revenue / share * COMMISSION
        conversions = kind[0] * ORDERS * share
        coverage.figures["revenue"].append(revenue_low <= revenue <= revenue_high)
        coverage.figures["roi_pct"].append(roi_low <= (revenue - cost) / cost * 100 <= roi_high)
        coverage.figures["cpa"].append(cpa_low <= cost / conversions <= cpa_high)
        coverage.kinds[kind].append(coverage.figures["revenue"][-1])
    return coverage


def _simulate(
    rng: np.random.Generator, kinds: Sequence[Kind], worlds: int
) -> tuple[list[tuple[str, str, float, float, float]], dict[str, float]]:
    """Rows (world, person, cents, millionths, commission cents) and each world's long-run revenue."""
    rows: list[tuple[str, str, float, float, float]] = []
    truth: dict[str, float] = {}
    for world in range(worlds * len(kinds)):
        buyers, spread = kinds[world % len(kinds)]
        name = f"{world % len(kinds)}_{world}"
        truth[name] = buyers * ORDERS * 50 * float(np.exp(spread**2 / 2)) * float(SHARES @ SHARE_ODDS)
        for person in range(rng.poisson(buyers)):
            orders = 1 + rng.poisson(ORDERS - 1)
            values = 50 * np.exp(rng.normal(0, spread, orders))
            shares = rng.choice(SHARES, orders, p=SHARE_ODDS)
            cents = float(np.round(values * shares * 100).sum())
            commission = float(np.round(values * COMMISSION * 100).sum())
            rows.append((name, f"{name}/{person}", cents, float((shares * 1e6).sum()), commission))
    return rows, truth


def _write(connection: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, float, float, float]]) -> None:
    names, people, cents, millionths, commissions = (np.array(column) for column in zip(*rows, strict=True))
    drawn = {"influencer_id": names, "person_id": people, "commission_cents": commissions}
    # One model carries the simulation, the others draw nothing.
    for model in MODELS:
        carries = model == "linear"
        drawn[f"{model}_cents"] = cents if carries else np.zeros(len(rows))
        drawn[f"{model}_millionths"] = millionths if carries else np.zeros(len(rows))
    connection.register("drawn", drawn)
    connection.execute("create schema intermediate")
    connection.execute(
        "create table intermediate.int_person_credits as "
        "select * replace (md5(person_id) as person_id) from drawn"
    )
    connection.execute(
        f"""
        create table intermediate.int_influencer_costs as
        select influencer_id, 1::bigint as conversion_key,
            (sum(commission_cents) / 100)::decimal(18, 2) as amount
        from drawn group by influencer_id
        union all
        select distinct influencer_id, null, {FIXED_COST} from drawn
        """
    )
    connection.unregister("drawn")
