"""Markov's closed form against removal by hand, on random worlds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.lib.attribution.chain import Journey
from orchestration.lib.attribution.markov import markov_weights

Worlds = list[Journey]

counts = st.integers(min_value=0, max_value=5)
keys = st.sampled_from("abcdefg")
paths = st.lists(keys, max_size=9).map(tuple)


def journeys_of(path_strategy: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[Worlds]:
    return st.lists(st.builds(Journey, path_strategy, counts, counts), max_size=12)


worlds = st.one_of(
    journeys_of(paths),
    # a key in every journey
    journeys_of(paths.map(lambda path: ("always", *path))),
    # dead ends: one key is always the last, and never converts
    st.builds(
        lambda won, lost: won + [Journey((*path, "dead end"), 0, count) for path, _, count in lost],
        journeys_of(paths),
        journeys_of(paths),
    ),
    # loops
    journeys_of(st.lists(st.sampled_from("ab"), max_size=20).map(tuple)),
    # one key, nothing converts
    journeys_of(st.lists(st.just("only"), max_size=4).map(tuple)),
    journeys_of(paths).map(lambda world: [Journey(path, 0, lost) for path, _, lost in world]),
)


def chance_of_converting(world: Worlds, order: int, removed: str | None) -> float:
    """Brute force: builds the chain anew, sends whoever meets `removed` to lost, and solves it."""
    steps: Counter[tuple[object, object]] = Counter()
    for path, won, lost in world:
        states = [("start",)] + [path[max(0, end - order) : end] for end in range(1, len(path) + 1)]
        for origin, target in zip(states, states[1:], strict=False):
            steps[origin, target] += won + lost
        steps[states[-1], "converted"] += won
        steps[states[-1], "lost"] += lost
    states = sorted({origin for (origin, _), count in steps.items() if count})
    number = {state: index for index, state in enumerate(states)}
    if ("start",) not in number:
        return 0.0
    matrix, gains = np.zeros((len(states), len(states))), np.zeros(len(states))
    for (origin, target), count in steps.items():
        if not count:
            continue
        if target == "converted":
            gains[number[origin]] += count
        elif target != "lost" and not (removed is not None and target[-1] == removed):
            matrix[number[origin], number[target]] += count
    totals = np.array(
        [sum(count for (origin, _), count in steps.items() if origin == state) for state in states]
    )
    chances = np.linalg.solve(np.eye(len(states)) - matrix / totals[:, None], gains / totals)
    return float(chances[number["start",]])


@given(world=worlds, order=st.integers(min_value=1, max_value=3))
@example(world=[], order=1)
@example(world=[Journey((), 1, 1)], order=2)
@settings(max_examples=300, deadline=None)
def test_removal_effects_equal_removal_by_hand(world: Worlds, order: int) -> None:
    weights = markov_weights(world, order)
    base = chance_of_converting(world, order, removed=None)
    assert weights.conversion_rate == pytest.approx(base, abs=1e-9)
    met = {key for path, won, lost in world if won + lost for key in path}
    assert set(weights.removal_effects) == met
    for key, effect in weights.removal_effects.items():
        without = chance_of_converting(world, order, removed=key)
        assert effect == pytest.approx(1 - without / base if base else 0.0, abs=1e-9), key


@given(world=worlds, order=st.integers(min_value=1, max_value=3))
@settings(max_examples=200, deadline=None)
def test_the_chain_converts_as_often_as_its_journeys(world: Worlds, order: int) -> None:
    won = sum(journey.conversions for journey in world)
    taken = won + sum(journey.losses for journey in world)
    assert markov_weights(world, order).conversion_rate == pytest.approx(
        won / taken if taken else 0.0, abs=1e-9
    )


@given(world=worlds, order=st.integers(min_value=1, max_value=3))
@settings(max_examples=100, deadline=None)
def test_shares_sum_to_one_where_a_touched_journey_converts(world: Worlds, order: int) -> None:
    weights = markov_weights(world, order)
    converts = any(journey.conversions and journey.keys for journey in world)
    assert sum(weights.shares.values()) == pytest.approx(1.0 if converts else 0.0, abs=1e-9)
    assert all(0 <= effect <= 1 for effect in weights.removal_effects.values())
