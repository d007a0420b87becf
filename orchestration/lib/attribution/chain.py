"""Journeys as an absorbing Markov chain: counted steps, and the frequencies that they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse
import scipy.sparse.csgraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: In place of a state's number: where journeys begin, and their two ends.
START, CONVERTED, LOST = -1, -2, -3


class MarkovError(ValueError):
    """The input is not a set of finished journeys; the message says what is wrong with it."""


class Journey(NamedTuple):
    """A distinct path and how often it was taken.

    Attributes:
        keys: touch keys in time order; may be empty.
        conversions: how many journeys along this path converted.
        losses: how many ended without a conversion.
    """

    keys: tuple[str, ...]
    conversions: float = 1
    losses: float = 0


@dataclass(frozen=True)
class Transitions:
    """The steps that journeys took, each distinct step once, and how many times.

    Attributes:
        keys: for each state, by number from 0, the touch key that is met on entering it.
        origins: the state that was left, or START.
        targets: the state that was entered, or CONVERTED or LOST.
        journeys: how many times the step was taken; greater than 0.
    """

    keys: tuple[str, ...]
    origins: Ints
    targets: Ints
    journeys: Floats

    def __post_init__(self) -> None:
        if not len(self.origins) == len(self.targets) == len(self.journeys):
            raise MarkovError("origins, targets and journeys differ in length")
        if not (np.isfinite(self.journeys) & (self.journeys > 0)).all():
            raise MarkovError("a step was taken 0 times or fewer; leave it out")
        for name, states, lowest in (("origin", self.origins, START), ("target", self.targets, LOST)):
            if len(states) and not lowest <= states.min() <= states.max() < len(self.keys):
                raise MarkovError(f"there are {len(self.keys)} states, but some {name} is none of them")
        if np.isin(self.targets, START).any():
            raise MarkovError("a step leads back to the start, where no journey goes")


def count_transitions(journeys: Iterable[Journey], order: int = 1) -> Transitions:
    """The steps of journeys: what `int_markov_transitions` counts in SQL.

    Args:
        journeys: distinct paths, in any order; equal paths may come several times.
        order: a state is the last `order` keys of a journey, fewer at its beginning; from 1.

    Raises:
        MarkovError: `order` is below 1 or a count is negative.
    """
    if order < 1:
        raise MarkovError(f"the order is {order}; it must be a whole number from 1")
    numbers: dict[tuple[str, ...], int] = {}
    steps: dict[tuple[int, int], float] = defaultdict(float)
    for keys, conversions, losses in journeys:
        if conversions < 0 or losses < 0:
            raise MarkovError(
                f"path {keys!r} has {conversions} conversions and {losses} losses; none is negative"
            )
        if conversions + losses == 0:
            continue
        origin = START
        for end in range(1, len(keys) + 1):
            target = numbers.setdefault(tuple(keys[max(0, end - order) : end]), len(numbers))
            steps[origin, target] += conversions + losses
            origin = target
        steps[origin, CONVERTED] += conversions
        steps[origin, LOST] += losses
    taken = {step: count for step, count in steps.items() if count > 0}
    return Transitions(
        keys=tuple(state[-1] for state in numbers),
        origins=np.array([origin for origin, _ in taken], dtype=np.int64),
        targets=np.array([target for _, target in taken], dtype=np.int64),
        journeys=np.array(list(taken.values()), dtype=np.float64),
    )


@dataclass(frozen=True)
class Chain:
    """The observed frequencies of a set of transitions, without steps that stay in their state.

    Attributes:
        steps: Q, from state to state.
        converting: r, from each state into `converted`.
        start: s, from the start to each state.
        start_converted: from the start into `converted`, by journeys without a touch.
        states_of_key: the numbers of the states that end in a key; keys in alphabetical order.
    """

    steps: scipy.sparse.csr_array
    converting: Floats
    start: Floats
    start_converted: float
    states_of_key: dict[str, Ints]

    @property
    def size(self) -> int:
        """The number of states."""
        return len(self.converting)

    @classmethod
    def of(cls, transitions: Transitions) -> Chain:
        """Turns counts into frequencies.

        Raises:
            MarkovError: from some state no journey comes to an end.
        """
        size = len(transitions.keys)
        origins, targets, journeys = transitions.origins, transitions.targets, transitions.journeys

        def counted(chosen: npt.NDArray[np.bool_], states: Ints) -> Floats:
            counts: Floats = np.bincount(states[chosen], weights=journeys[chosen], minlength=size).astype(
                np.float64
            )
            return counts

        inner = (origins >= 0) & (targets >= 0) & (origins != targets)
        converting = counted((origins >= 0) & (targets == CONVERTED), origins)
        ended = converting + counted((origins >= 0) & (targets == LOST), origins)
        left = ended + counted(inner, origins)
        steps = scipy.sparse.csr_array(
            (journeys[inner] / left[origins[inner]], (origins[inner], targets[inner])), shape=(size, size)
        )
        _check_ends(steps, ended > 0, transitions.keys)
        begun = float(journeys[origins == START].sum()) or 1.0
        return cls(
            steps=steps,
            converting=np.divide(converting, left, out=np.zeros(size), where=left > 0),
            start=counted((origins == START) & (targets >= 0), targets) / begun,
            start_converted=float(journeys[(origins == START) & (targets == CONVERTED)].sum()) / begun,
            states_of_key=_states_of_key(transitions.keys),
        )


def _check_ends(steps: scipy.sparse.csr_array, ends: npt.NDArray[np.bool_], keys: Sequence[str]) -> None:
    """Walks back from the ends; a state that is not met makes the chain unsolvable."""
    size = len(keys)
    from_end = scipy.sparse.csr_array(ends.astype(np.float64)[np.newaxis, :])
    backwards = scipy.sparse.block_array(
        [[steps.T, None], [from_end, scipy.sparse.csr_array((1, 1))]], format="csr"
    )
    met = scipy.sparse.csgraph.breadth_first_order(backwards, size, return_predecessors=False)
    missing = np.setdiff1d(np.arange(size), met)
    if len(missing):
        raise MarkovError(
            f"journeys through {keys[missing[0]]!r} come to no end: count their conversions and losses, too"
        )


def _states_of_key(keys: Sequence[str]) -> dict[str, Ints]:
    states: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        states[key].append(number)
    return {key: np.array(states[key], dtype=np.int64) for key in sorted(states)}
