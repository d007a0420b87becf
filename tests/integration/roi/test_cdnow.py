"""Real purchases through loader and dbt: observed values and the published model of repeat buying."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.lib.settings import ROOT, Settings
from tests.support.warehouse import build, settings_for
from tests.support.world import write_batch, write_registry

CDNOW = ROOT.parent / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not CDNOW.is_file(), reason=f"the public CDNOW purchases are not at {CDNOW}"),
]


def built(folder: Path, until: str, *models: str) -> Settings:
    """A warehouse of the purchases up to a day (YYYYMMDD)."""
    orders = []
    for number, line in enumerate(CDNOW.read_text(encoding="ascii").splitlines()):
        _, customer, day, _, amount = line.split()
        if day <= until:
            ordered_at = f"{day[:4]}-{day[4:6]}-{day[6:]}"
            orders.append(
                {
                    "order_id": f"o{number}",
                    "ordered_at": ordered_at,
                    "customer_id": customer,
                    "currency": "USD",
                    "subtotal": amount,
                }
            )
    write_registry(folder / "registry", influencers=1)
    settings = settings_for(folder / "landing", folder / "registry", folder / "data")
    write_batch(settings.landing, "cdnow", {"orders": orders})
    build(
        settings,
        ["build", "--exclude-resource-type", "test", "unit_test", "-s", *(f"+{name}" for name in models)],
    )
    return settings


def test_observed_values_are_those_of_the_purchases(tmp_path: Path) -> None:
    settings = built(tmp_path, "19991231", "int_customers")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            select count(*), sum(revenue_30d)::varchar, sum(revenue_60d)::varchar, sum(revenue_90d)::varchar,
                sum(revenue_180d)::varchar, sum(revenue_365d)::varchar
            from intermediate.int_customers
            """
        ).fetchall()
    assert found == [(2357, "104091.23", "119445.88", "129977.45", "160321.06", "212996.89")]


def test_the_published_parameters_come_out_of_the_warehouse(tmp_path: Path) -> None:
    settings = built(tmp_path, "19970930", "int_ltv_predictions")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            select distinct bgnbd_r, bgnbd_alpha / 7, bgnbd_a, bgnbd_b,
                gamma_gamma_p, gamma_gamma_q, gamma_gamma_v, reason
            from intermediate.int_ltv_predictions
            """
        ).fetchall()
        older = connection.execute(
            "select count(revenue_180d), count(revenue_365d), count(*) from intermediate.int_customers"
        ).fetchall()
    assert [row[:4] for row in found] == [pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.0006)]
    assert [row[4:7] for row in found] == [pytest.approx((6.25, 3.74, 15.44), abs=0.006)]
    assert found[0][7] is None
    # They first bought from January to March: by September seen for half a year, none for a year.
    assert older == [(2357, 0, 2357)]
