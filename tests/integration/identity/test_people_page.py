"""The queries of docs/people.md on a built warehouse."""

from __future__ import annotations

import re

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


def test_merges_can_be_asked_for(built_world: Settings) -> None:
    assert isinstance(ask(built_world, MERGES), list)
