"""Markov attribution: the worked examples, and the edges of a chain."""

from __future__ import annotations

import numpy as np
import pytest

from orchestration.lib.attribution import markov
from orchestration.lib.attribution.chain import CONVERTED, LOST, START, Journey, MarkovError, Transitions
from orchestration.lib.attribution.markov import markov_weights, weights_of

Paths = list[tuple[str, int, int]]


def journeys(*paths: tuple[str, int, int]) -> list[Journey]:
    """`("a>b", 3, 1)` is the path a, b with 3 conversions and 1 loss."""
    return [Journey(tuple(path.split(">")) if path else (), won, lost) for path, won, lost in paths]


EXAMPLES = {
    "google_and_mailing": (
        [("google", 2, 1), ("mailing", 1, 0), ("google>mailing", 1, 0)],
        0.8, {"google": 0.75, "mailing": 0.5}, {"google": 2.4, "mailing": 1.6},
    ),
    "three_channels": (
        [("C1>C2>C3", 1, 0), ("C1", 0, 1), ("C2>C3", 0, 1)],
        1 / 3, {"C1": 0.5, "C2": 1.0, "C3": 1.0}, {"C1": 0.2, "C2": 0.4, "C3": 0.4},
    ),
    "a_fork": (
        [("a>b", 3, 1), ("a>c", 1, 1)],
        4 / 6, {"a": 1.0, "b": 0.75, "c": 0.25}, {"a": 2.0, "b": 1.5, "c": 0.5},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str) -> None:
    paths, rate, effects, conversions = EXAMPLES[name]
    weights = markov_weights(journeys(*paths))
    total = sum(won for _, won, _ in paths)
    assert weights.conversion_rate == pytest.approx(rate, abs=1e-12)
    assert weights.removal_effects == pytest.approx(effects, abs=1e-12)
    assert {key: share * total for key, share in weights.shares.items()} == pytest.approx(
        conversions, abs=1e-12
    )


def test_repeats_do_not_change_a_first_order_result() -> None:
    once = markov_weights(journeys(("a>b", 3, 1), ("b", 1, 4), ("a", 1, 1)))
    often = markov_weights(journeys(("a>a>a>b>b", 3, 1), ("b", 1, 4), (">".join("a" * 1_000), 1, 1)))
    assert often.removal_effects == pytest.approx(once.removal_effects, abs=1e-12)


def test_equal_paths_may_come_several_times_and_in_any_order() -> None:
    together = journeys(("a>b", 3, 1), ("b>c", 2, 2))
    apart = journeys(("b>c", 1, 0), ("a>b", 1, 1), ("b>c", 1, 2), ("a>b", 2, 0))
    assert markov_weights(apart).removal_effects == markov_weights(together).removal_effects


def test_second_order_sees_what_first_order_mixes_up() -> None:
    # b converts after a and never after c: only a second-order state tells the two apart.
    paths = journeys(("a>b", 10, 0), ("c>b", 0, 10))
    assert markov_weights(paths, order=1).removal_effects == pytest.approx({"a": 0.5, "b": 1.0, "c": 0.5})
    assert markov_weights(paths, order=2).removal_effects == pytest.approx({"a": 1.0, "b": 1.0, "c": 0.0})


def test_one_key() -> None:
    weights = markov_weights(journeys(("a", 1, 3)))
    assert (weights.conversion_rate, dict(weights.removal_effects), weights.shares) == (
        0.25,
        {"a": 1.0},
        {"a": 1.0},
    )


def test_no_journeys() -> None:
    weights = markov_weights([])
    assert (weights.conversion_rate, dict(weights.removal_effects), weights.shares) == (0.0, {}, {})


def test_nothing_converts() -> None:
    weights = markov_weights(journeys(("a>b", 0, 3), ("b", 0, 1)))
    assert (weights.conversion_rate, dict(weights.removal_effects)) == (0.0, {"a": 0.0, "b": 0.0})
    assert weights.shares == {"a": 0.0, "b": 0.0}


def test_a_key_that_never_converts_has_no_effect() -> None:
    weights = markov_weights(journeys(("a", 2, 0), ("b", 0, 5), ("b>a", 0, 0)))
    assert weights.removal_effects["b"] == 0.0


def test_journeys_without_a_touch_convert_whatever_is_removed() -> None:
    weights = markov_weights(journeys(("", 1, 0), ("a", 1, 2)))
    assert weights.conversion_rate == pytest.approx(0.5)
    assert weights.removal_effects == pytest.approx({"a": 0.5})


def test_keys_may_be_any_text() -> None:
    keys = ("influencer:o'brien", "a > b", "", "🦊", "\x00")
    weights = markov_weights([Journey(keys), Journey(keys[:1])], order=2)
    assert set(weights.removal_effects) == set(keys)


@pytest.mark.parametrize("order", [0, -1])
def test_an_order_below_one_is_refused(order: int) -> None:
    with pytest.raises(MarkovError, match="whole number from 1"):
        markov_weights([Journey(("a",))], order)


def test_negative_counts_are_refused() -> None:
    with pytest.raises(MarkovError, match="none is negative"):
        markov_weights([Journey(("a",), -1)])


@pytest.mark.parametrize(
    ("origins", "targets", "counts", "message"),
    [
        ([START, 0, 1], [0, 1, 0], [1, 1, 1], "through 'a' come to no end"),
        ([START, 0, 0], [0, 1, CONVERTED], [2, 1, 1], "through 'b' come to no end"),
        ([START, 0], [0, CONVERTED], [1, 0], "0 times or fewer"),
        ([START, 0], [2, CONVERTED], [1, 1], "2 states"),
        ([START, 0], [0, START], [1, 1], "back to the start"),
        ([START], [0, LOST], [1], "differ in length"),
    ],
)
def test_transitions_that_no_journeys_make_are_refused(
    origins: list[int], targets: list[int], counts: list[float], message: str
) -> None:
    with pytest.raises(MarkovError, match=message):
        weights_of(
            Transitions(("a", "b"), np.array(origins), np.array(targets), np.array(counts, dtype=np.float64))
        )


def test_long_paths_keep_their_precision() -> None:
    # 2,000 turns between a and b: the chance of going on is 0.9995 in each state.
    weights = markov_weights(journeys((">".join(["a", "b"] * 1_000), 1, 1), ("c", 1, 1)))
    assert weights.conversion_rate == pytest.approx(0.5, abs=1e-11)
    assert weights.removal_effects == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.5}, abs=1e-11)


@pytest.mark.parametrize("order", [1, 2])
def test_iteration_agrees_with_the_inverse(monkeypatch: pytest.MonkeyPatch, order: int) -> None:
    rng = np.random.default_rng(7)
    names = [f"k{number}" for number in range(20)]
    world = [
        Journey(
            tuple(rng.choice(names, size=rng.geometric(0.25))),
            int(rng.integers(0, 3)),
            int(rng.integers(0, 9)),
        )
        for _ in range(300)
    ]
    world.append(Journey(("k0", "k1") * 50, 1, 1))
    by_inverse = markov_weights(world, order)
    monkeypatch.setattr(markov, "SMALL_STATES", 0)
    monkeypatch.setattr(markov, "LARGEST_DENSE_STATES", 0)
    by_iteration = markov_weights(world, order)
    assert by_iteration.conversion_rate == pytest.approx(by_inverse.conversion_rate, abs=1e-11)
    assert by_iteration.removal_effects == pytest.approx(by_inverse.removal_effects, abs=1e-10)
