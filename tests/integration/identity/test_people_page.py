"""The queries of docs/people.md on a built warehouse."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.settings import ROOT, Settings

PAGE = (ROOT / "docs" / "people.md").read_text(encoding="utf-8")
LEFT_OUT, PAIRS, MERGES = re.findall(r"^```sql$\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.slow


def ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_who_is_left_out_has_a_name_and_a_reason(built_world: Settings) -> None:
    rows = ask(built_world, LEFT_OUT)
    assert ("order", "order:undefined") in [row[:2] for row in rows]
    assert all(all(row) for row in rows)


def test_pairs_are_those_of_one_buyer(built_world: Settings) -> None:
    rows = ask(built_world, PAIRS)
    assert rows and all(all(row) for row in rows)
    # In one piece: each pair shares an identifier with those before it, from some first one on.
    known = {rows[0][1]}
    for _ in rows:
        known |= {name for _, one, _, other in rows if known & {one, other} for name in (one, other)}
    assert known == {name for _, one, _, other in rows for name in (one, other)}


def test_a_merge_is_told(built_world: Settings, tmp_path: Path) -> None:
    """In a copy, with one merge written into the log."""
    copied = tmp_path / "warehouse.duckdb"
    shutil.copyfile(built_world.warehouse, copied)
    with duckdb.connect(str(copied)) as connection:
        before = connection.execute(MERGES).fetchall()
        connection.execute(
            "insert into history.hist_identity_merges (merged_at, merged_person_id, person_id,"
            " identifier_type, joined_identifier_type)"
            " values (timestamp '2100-01-01', 'old', 'new', 'visitor', 'order')"
        )
        *earlier, last = connection.execute(MERGES).fetchall()
    assert earlier == before
    assert last == (datetime(2100, 1, 1), "old", "new", "visitor", "order")
