"""Each conversion split evenly over its keys is the Shapley value: against the enumeration of all subsets."""

from __future__ import annotations

import re
from itertools import combinations
from math import factorial

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.settings import DBT_PROJECT

Journeys = list[list[str]]

FACT = DBT_PROJECT / "models" / "attribution" / "fct_attribution__shapley.sql"
# The model's own weight, normalised in each conversion as attribution_by_weight does.
SQL = """
with journeys as (
    select conversion_key, unnest(keys) as touch_key from taken
),
touches as (
    select conversion_key, touch_key, {weight} as weight from journeys
),
credits as (
    select touch_key, weight / sum(weight) over (partition by conversion_key) as credit from touches
)
select touch_key, sum(credit) from credits group by touch_key
"""


def model_weight() -> str:
    """The expression that the model's file gives to `attribution_by_weight`."""
    found = re.search(r"weight='([^']+)'", FACT.read_text(encoding="utf-8"))
    assert found
    return found[1]


def enumerated(journeys: Journeys) -> dict[str, float]:
    """The definition: v(S) counts the journeys whose keys all lie in S."""
    players = sorted({key for keys in journeys for key in keys})
    sets = [frozenset(keys) for keys in journeys]

    def value(coalition: frozenset[str]) -> int:
        return sum(1 for keys in sets if keys <= coalition)

    total = len(players)
    shares = {}
    for player in players:
        others = [other for other in players if other != player]
        share = 0.0
        for size in range(total):
            weight = factorial(size) * factorial(total - size - 1) / factorial(total)
            for chosen in combinations(others, size):
                coalition = frozenset(chosen)
                share += weight * (value(coalition | {player}) - value(coalition))
        shares[player] = share
    return shares


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), min_size=1, max_size=10))
@settings(max_examples=150, deadline=None)
def test_even_split_equals_subset_enumeration(journeys: Journeys) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table taken (conversion_key int, keys varchar[])")
        connection.executemany("insert into taken values (?, ?)", list(enumerate(journeys)))
        split = dict(connection.execute(SQL.format(weight=model_weight())).fetchall())
    assert split == pytest.approx(enumerated(journeys), abs=1e-9)
