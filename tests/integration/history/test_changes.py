"""What each run leaves behind, and what `roi changes` makes of it, in a world that dbt has really built."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.changes import compare, find_run, read_runs
from orchestration.lib.publish import RunFacts, publish
from orchestration.lib.readers import changes, open_reader
from orchestration.lib.readers.filters import Filters
from orchestration.lib.report.page import render
from orchestration.lib.settings import Settings
from tests.support.warehouse import dbt

HISTORY = ["int_order_credits", "hist_influencer_roi", "hist_roi_changes", "hist_runs"]
WHO = "influencer_id = 'inf_0'"
# Orders of which no other influencer has credit, as the run before is made to have seen them.
BEFORE = {
    "new_order": "delete from history.order_credits where conversion_id = ?",
    "refund": "update history.order_credits set refunded_amount = refunded_amount - 7, revenue = revenue + 7,"
    " attributed_revenue = attributed_revenue + 7 where conversion_id = ?",
    "order_corrected": "update history.order_credits set revenue = revenue - 5,"
    " attributed_revenue = attributed_revenue - 5 where conversion_id = ?",
    "identity": "update history.order_credits set identifiers_hash = 'other', influencer_id = null"
    " where conversion_id = ?",
    "credit": "update history.order_credits set credit = credit / 2,"
    " attributed_revenue = attributed_revenue - 3 where conversion_id = ?",
}


@pytest.fixture(scope="module")
def expected(built_world: Settings) -> dict[str, Decimal]:
    """A second run, by a full refresh, after a first that saw five orders otherwise; change by cause."""
    made: dict[str, Decimal] = {}
    with duckdb.connect(str(built_world.warehouse)) as connection:
        orders = connection.execute(
            "select conversion_id, max(attributed_revenue) from history.order_credits"
            f" where influencer_id is not null group by conversion_id having count(*) = 1 and bool_and({WHO})"
            " order by conversion_id"
        ).fetchall()
        assert len(orders) >= len(BEFORE)
        for (cause, sql), (order, revenue) in zip(BEFORE.items(), orders, strict=False):
            connection.execute(sql, [order])
            made[cause] = {"refund": Decimal(-7), "order_corrected": Decimal(5), "credit": Decimal(3)}.get(
                cause, revenue
            )
        connection.execute(
            "insert into history.order_credits select 'purchase:gone', 'inf_0', 9, 0, 'x', 1, 9"
        )
        made["order_gone"] = Decimal(-9)
        connection.execute(
            "update history.hist_influencer_roi set attributed_revenue = attributed_revenue - ?,"
            f" total_cost = total_cost - 20, product_cost = product_cost - 20 where {WHO}",
            [sum(made.values())],
        )
        connection.execute(
            "update history.hist_runs set built_through_file_id = 0, orders_loaded = orders_loaded - 4,"
            " settings = replace(settings, '\"half_life_hours\": 168', '\"half_life_hours\": 72'),"
            ' seed_hashes = replace(seed_hashes, \'"costs": "\', \'"costs": "1\')'
        )
    result = dbt(built_world, ["run", "--full-refresh", "--select", *HISTORY])
    assert result.success, [node.message for node in result.failures]
    return made


@pytest.mark.slow
def test_a_full_refresh_keeps_what_runs_left(built_world: Settings, expected: dict[str, Decimal]) -> None:
    with duckdb.connect(str(built_world.warehouse), read_only=True) as connection:
        runs = read_runs(connection)
        rows = connection.execute(
            "select count(*), count(distinct influencer_id) from history.hist_influencer_roi group by run_id"
        ).fetchall()
    assert [run.number for run in runs] == [1, 2]
    assert rows[0] == rows[1] and rows[0][1] == 3


@pytest.mark.slow
def test_every_cause_is_told_apart_and_they_add_up(
    built_world: Settings, expected: dict[str, Decimal]
) -> None:
    with duckdb.connect(str(built_world.warehouse), read_only=True) as connection:
        runs = read_runs(connection)
        found = compare(connection, runs, find_run(runs, None))
    moved = {one.influencer_id: one for one in found.moved if one.has_moved}
    assert moved.keys() == {"inf_0"}
    assert {cause: money for cause, (money, _) in moved["inf_0"].causes.items()} == expected
    assert moved["inf_0"].unexplained == 0
    assert moved["inf_0"].change == sum(expected.values())
    assert moved["inf_0"].cost_change == Decimal(20)
    assert (found.registry, found.reference, found.code_changed) == (("costs",), (), False)
    assert found.settings == {"half_life_hours": (72, 168)}
    assert found.rows["orders"] == 4 and len(found.files) > 0


@pytest.mark.slow
def test_what_the_last_run_changed_is_published_and_told(
    built_world: Settings, expected: dict[str, Decimal], tmp_path: Path
) -> None:
    publish(built_world.warehouse, tmp_path / "roi.duckdb", RunFacts("a-run", {}))
    reader = open_reader(tmp_path / "roi.duckdb")
    run = changes.last_run(reader)
    assert run is not None and (run.number, run.new_rows) == (2, "4 orders")
    assert run.different == "the registry (costs) or settings (half_life_hours) or new data"
    everybody = Filters("linear")
    told = {row["cause"]: row for row in changes.causes(reader, run, everybody).dicts()}
    assert {cause: row["revenue_change"] for cause, row in told.items() if row["revenue_change"]} == expected
    assert {cause: row["cost_change"] for cause, row in told.items() if row["cost_change"]} == {
        "product_cost": Decimal(20)
    }
    assert {row["influencers"] for row in told.values()} == {1}
    (mover,) = changes.movers(reader, run, everybody, 5).dicts()
    assert mover["influencer_id"] == "inf_0" and mover["revenue_change"] == sum(expected.values())
    nobody = Filters("linear", tiers=("no such tier",))
    assert changes.totals(changes.causes(reader, run, nobody)).startswith("No revenue and no cost")
    html = render(reader)
    reader.close()
    for words in ("-7.00 by refunds", "Cost moved by +20.00: +20.00 by products.", "half_life_hours"):
        assert words in html


@pytest.mark.slow
def test_the_command_says_it_in_sentences_and_a_table(
    built_world: Settings, expected: dict[str, Decimal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROI_DATA", str(built_world.data))
    for since in ([], ["--since", "1"], ["--since", "2020-01-01"]):
        result = CliRunner().invoke(app, ["changes", *since])
        assert result.exit_code == 0, result.output
        said = " ".join(result.output.split())
        for words in (
            "Setting half_life_hours: 72 before, 168 now.",
            "costs.csv changed",
            "-7.00 by refunds (1)",
            "late identity",
            "Cost moved by +20.00: products +20.00",
        ):
            assert words in said, result.output
    assert "2" in CliRunner().invoke(app, ["changes", "--runs"]).output
    wrong = CliRunner().invoke(app, ["changes", "--since", "yesterday"])
    assert wrong.exit_code == 1 and "there are runs 1 to 2" in " ".join(wrong.output.split())
