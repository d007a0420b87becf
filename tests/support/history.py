"""What runs left behind in a warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.lib.changes import compare, read_runs


def assert_changes_are_explained(warehouse: Path, runs: int) -> None:
    """Between any run and the last, the causes add up to the change of each influencer's revenue."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        known = read_runs(connection)
        assert len(known) == runs
        for before in known[:-1]:
            changes = compare(connection, known, before)
            assert any(one.causes for one in changes.moved)
            assert [one.influencer_id for one in changes.moved if one.unexplained] == []
