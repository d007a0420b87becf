"""Whatever the arguments, a world is consistent."""

from __future__ import annotations

import csv
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.lib.registry import Severity, check_registry
from orchestration.lib.sample import SampleReport, write_sample

Row = dict[str, str]


def read(folder: Path) -> list[Row]:
    rows: list[Row] = []
    for path in sorted(folder.rglob("*.csv")) if folder.is_dir() else [folder]:
        with path.open(newline="", encoding="utf-8") as lines:
            rows += csv.DictReader(lines)
    return rows


def check(report: SampleReport) -> None:
    landing = {name: read(report.out / "landing" / name) for name in report.rows}
    assert {name: len(rows) for name, rows in landing.items()} == report.rows
    orders = {row["order_id"]: row for row in sorted(landing["orders"], key=lambda row: row["updated_at"])}
    truth = {row["order_id"]: row for row in read(report.out / "truth.csv")} if orders else {}
    assert set(orders) == set(truth) and len(orders) == report.orders

    lines: dict[str, Decimal] = dict.fromkeys(orders, Decimal(0))
    for row in landing["order_lines"]:
        lines[row["order_id"]] += Decimal(row["amount"])
    refunded: dict[str, Decimal] = dict.fromkeys(orders, Decimal(0))
    for row in landing["refunds"]:
        refunded[row["order_id"]] += Decimal(row["amount"])
        assert row["refunded_at"] > orders[row["order_id"]]["ordered_at"]
    for order_id, row in orders.items():
        assert Decimal(row["subtotal"]) == lines[order_id] > 0
        assert 0 <= Decimal(row["discount_amount"]) <= lines[order_id]
        counts = row["status"] in ("paid", "refunded")
        net = Decimal(row["subtotal"]) - Decimal(row["discount_amount"]) - refunded[order_id]
        assert Decimal(truth[order_id]["revenue_local"]) == (net if counts else 0)

    influencers = {row["influencer_id"]: row for row in read(report.out / "truth_influencers.csv")}
    for name, row in influencers.items():
        caused = [Decimal(one["revenue"]) for one in truth.values() if one["influencer_id"] == name]
        assert sum(caused, Decimal(0)) == Decimal(row["incremental_revenue"])
        if not report.halo:
            assert row["halo_orders"] == "0"
    known = set(orders) | {""}
    assert {row["order_id"] for row in landing["clicks"]} <= known
    begin = min((row["event_at"] for row in landing["clicks"]), default="9999")
    assert all(row["ordered_at"] >= begin[:10] for row in orders.values())
    assert [one for one in check_registry(report.out / "registry") if one.severity is Severity.ERROR] == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    people=st.integers(50, 260),
    days=st.integers(14, 120),
    seed=st.integers(0, 2**32),
    halo=st.booleans(),
    tail_days=st.integers(0, 5),
)
def test_any_world_is_consistent(people: int, days: int, seed: int, halo: bool, tail_days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(
            write_sample(Path(folder), people, days, seed, halo=halo, file_format="csv", tail_days=tail_days)
        )
