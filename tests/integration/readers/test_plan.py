"""The published budget plan, and `roi plan`, on a small world that dbt has really built."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.readers import Reader, open_reader
from orchestration.lib.readers.budget import planned
from orchestration.lib.readers.plan import read_plan, said, sentences


@pytest.fixture(scope="module")
def reader(published: Path) -> Reader:
    return open_reader(published)


def test_the_published_plan_spends_what_was_spent_before(reader: Reader) -> None:
    plan = read_plan(reader)
    assert len(plan.planned) == 3
    before = sum(line["spend_before"] for line in plan.planned)
    # 62 of 90 days of each fee of 100, and the product of 20; days are counted to the last event.
    assert Decimal("200") < before < Decimal("300")
    assert sum(line["planned_spend"] for line in plan.planned) == before
    assert plan.lines[0]["plan_gain_low"] <= plan.lines[0]["plan_gain"] <= plan.lines[0]["plan_gain_high"]


def test_the_page_shows_the_plan(reader: Reader) -> None:
    shown = planned(reader).dicts()
    plan = read_plan(reader)
    assert shown == [{name: line[name] for name in shown[0]} for line in plan.planned]


def test_the_page_says_what_the_command_says(reader: Reader) -> None:
    plan = read_plan(reader)
    assert said(reader) == (sentences(plan), True)


def test_another_budget_uses_the_published_curves(reader: Reader) -> None:
    published, again = read_plan(reader), read_plan(reader, max_change_pct=50)
    assert [float(line["planned_spend"]) for line in published.lines] == pytest.approx(
        [line["planned_spend"] for line in again.lines], abs=0.011
    )
    assert float(published.lines[0]["plan_gain"]) == pytest.approx(again.lines[0]["plan_gain"], abs=0.05)
    rich = read_plan(reader, budget=50_000)
    assert rich.lines[0]["unallocated"] > 49_000
    assert any("finds no place" in sentence for sentence in sentences(rich))
    assert any("all are cut alike" in sentence for sentence in sentences(read_plan(reader, budget=10)))


def test_the_command_prints_the_plan(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROI_DATA", str(published.parent))
    for words in ([], ["--budget", "50000"]):
        result = CliRunner().invoke(app, ["plan", *words])
        assert result.exit_code == 0, result.output
        assert "Creator 1" in result.output and "interval" in result.output
    assert CliRunner().invoke(app, ["plan", "--budget", "0"]).exit_code == 2
