"""Costs of other channels: an optional column, and never both an influencer and a channel."""

from __future__ import annotations

from pathlib import Path

from orchestration.lib.registry import Finding, Severity, check_registry
from tests.support.registry import GOOD, Edit, write_registry


def with_channels(*lines: str) -> Edit:
    """The ledger with a column more."""

    def edit(tables: dict[str, list[str]]) -> None:
        header, *rows = GOOD["costs"]
        tables["costs"] = [f"{header},channel", *(f"{row}," for row in rows), *lines]

    return edit


def owners(folder: Path, *edits: Edit) -> list[Finding]:
    found = check_registry(write_registry(folder, *edits), lint=())
    return [finding for finding in found if "cst_" in finding.message]


def test_a_channels_cost_needs_no_influencer(tmp_path: Path) -> None:
    assert owners(tmp_path, with_channels("cst_2,,,,other,2026-03-05,10.00,USD,paid_search")) == []


def test_a_cost_is_somebodys(tmp_path: Path) -> None:
    (finding,) = owners(tmp_path, with_channels("cst_2,,,,other,2026-03-05,10.00,USD,"))
    assert finding.severity is Severity.ERROR and "influencer_id is empty" in finding.message


def test_both_are_said_and_the_influencer_wins(tmp_path: Path) -> None:
    (finding,) = owners(tmp_path, with_channels("cst_2,inf_1,,,other,2026-03-05,10.00,USD,paid_search"))
    assert finding.severity is Severity.WARNING and "counts as the influencer's" in finding.message
