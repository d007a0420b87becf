"""Markov attribution, exactly: the share of the conversions that would be lost without each touch key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg

from orchestration.lib.attribution.chain import (
    Chain,
    Floats,
    Journey,
    Transitions,
    count_transitions,
)

#: A dense inverse of this many states takes a second or two and 250 MB.
SMALL_STATES = 4_000
#: Beyond this a dense inverse needs more than 4 GB.
LARGEST_DENSE_STATES = 16_000
#: The largest error of a removal effect, whatever the solver.
PRECISION = 1e-11


@dataclass(frozen=True)
class MarkovWeights:
    """The outcome of a chain.

    Attributes:
        conversion_rate: the chance of converting from the start: the observed share of journeys.
        removal_effects: for each key the share of all conversions, 0 to 1, that would be lost without it.
    """

    conversion_rate: float
    removal_effects: Mapping[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """Removal effects scaled to sum to 1; all 0 where nothing converts."""
        total = sum(self.removal_effects.values())
        return {key: effect / total if total else 0.0 for key, effect in self.removal_effects.items()}


def markov_weights(journeys: Iterable[Journey], order: int = 1) -> MarkovWeights:
    """Removal effects of all touch keys, from all journeys, converting and not.

    The chain has a state for each sequence of the last `order` keys of a journey (fewer at its
    beginning), a start and two ends, converted and lost. Its probabilities are observed frequencies: Q
    between the states, r from them into `converted`, s from the start to them. With N = (I - Q)^-1, the
    fundamental matrix,

        c = N r    is the chance of converting from each state, and c_start = s c,
        n = s N    is the expected number of visits to each state on one journey.

    Removing a key loses every journey that meets it: that enters the set S of the states which end in
    it. Let f_j be the chance that a journey enters S for the first time at j. Every visit to i in S
    follows exactly one first entry, so n_i is the sum of f_j N_ji over j, in short n_S = f N_SS; hence
    f = n_S N_SS^-1. What comes after the first entry depends on j alone (the strong Markov property), so
    f c_S of all journeys meet the key and convert, and

        removal effect = n_S N_SS^-1 c_S / c_start.

    With order 1, S is one state i, f = n_i / N_ii is the chance h_i of ever reaching it, and this is the
    familiar h_i c_i / c_start. All of it comes out of one inverse: no simulation, and no chain solved
    anew for each key. (The fundamental matrix: Kemeny and Snell, Finite Markov Chains, 1960, chapter 3.)

    Steps that stay in their state (repeats) change neither c nor f. They are left out, so that long
    repeats cost no precision.

    Chains with very many states for few keys, as higher orders make them, are solved once for each key
    without its states instead, by iteration with a proven error below 1e-11: then that is the lesser
    work. (A sparse LU is not: on chains of 10,000 states it filled up, and took longer than the dense
    inverse.)

    Args:
        journeys: distinct paths, in any order; equal paths may come several times.
        order: how many of the last keys make a state, from 1.

    Returns:
        The conversion rate, and a removal effect for each key that was met: 0 for a key that never converts.
        Without journeys or conversions every effect is 0.

    Raises:
        MarkovError: `order` is below 1 or a count is negative.
    """
    return weights_of(count_transitions(journeys, order))


def weights_of(transitions: Transitions) -> MarkovWeights:
    """Removal effects from counted steps; see `markov_weights`.

    Raises:
        MarkovError: some state leads to no end.
    """
    chain = Chain.of(transitions)
    if not chain.size:
        return MarkovWeights(chain.start_converted, {})
    conversion_rate, meeting = _by_inverse(chain) if _prefers_inverse(chain) else _by_iteration(chain)
    if conversion_rate <= 0:
        return MarkovWeights(0.0, dict.fromkeys(meeting, 0.0))
    # An effect is a share: rounding must leave no trace below 0 or above 1.
    effects = {key: min(max(chance / conversion_rate, 0.0), 1.0) for key, chance in meeting.items()}
    return MarkovWeights(min(conversion_rate, 1.0), effects)


def _prefers_inverse(chain: Chain) -> bool:
    """Compares the work of one dense inverse with that of one iterated solution for each key."""
    if not SMALL_STATES < chain.size <= LARGEST_DENSE_STATES:
        return chain.size <= SMALL_STATES
    # Measured: 60 products for each key, and a dense operation costs a sixteenth of a sparse one.
    return 2 * chain.size**3 / 16 < len(chain.states_of_key) * 60 * 2 * chain.steps.nnz


def _by_inverse(chain: Chain) -> tuple[float, dict[str, float]]:
    """c_start, and for each key the chance of meeting it and converting, out of one dense inverse."""
    system = np.asfortranarray(-chain.steps.toarray())
    system[np.diag_indices(chain.size)] += 1.0
    inverse: Floats = scipy.linalg.inv(system, overwrite_a=True, check_finite=False)
    chances = inverse @ chain.converting
    visits = chain.start @ inverse
    meeting = {}
    for key, states in chain.states_of_key.items():
        if len(states) == 1:
            first_entry = visits[states] / inverse[states, states]
        else:
            first_entry = scipy.linalg.solve(inverse[np.ix_(states, states)].T, visits[states])
        meeting[key] = float(first_entry @ chances[states])
    return float(chain.start @ chances) + chain.start_converted, meeting


def _by_iteration(chain: Chain) -> tuple[float, dict[str, float]]:
    """The same, by solving the chain without each key."""
    everything = np.ones(chain.size)
    # The expected number of steps left bounds the norm of (I - Q)^-1, and so turns a residual into an error.
    # The factor covers the error of this solution itself.
    horizon = 1.01 * float(_solve(chain.steps, everything, everything, tolerance=1e-3).max())
    chances = _solve(chain.steps, everything, chain.converting, tolerance=1e-3 * PRECISION / horizon)
    conversion_rate = float(chain.start @ chances) + chain.start_converted
    # Effects are chances divided by the conversion rate, which magnifies their errors.
    tolerance = max(0.5 * PRECISION * conversion_rate / horizon, 1e-16)
    meeting = {}
    for key, states in chain.states_of_key.items():
        kept = everything.copy()
        kept[states] = 0.0
        without = float(chain.start @ _solve(chain.steps, kept, chain.converting, tolerance))
        meeting[key] = conversion_rate - chain.start_converted - without
    return conversion_rate, meeting


def _solve(steps: scipy.sparse.csr_array, kept: Floats, gains: Floats, tolerance: float) -> Floats:
    """Solves x = M gains + M Q M x, where M leaves out the states that are not `kept`.

    No residual is above `tolerance`. Leaving states out only takes paths away, so the norm of
    (I - M Q M)^-1 is at most that of (I - Q)^-1, and the error at most the residual times the latter.
    """
    gains = kept * gains

    def residual(values: Floats) -> Floats:
        return gains + kept * (steps @ values) - values

    system = scipy.sparse.linalg.LinearOperator(
        steps.shape, matvec=lambda values: values - kept * (steps @ (kept * values)), dtype=np.float64
    )
    values = gains
    # Each round solves for what the last one left, so that rounding does not add up.
    for _ in range(20):
        rest = residual(values)
        if np.abs(rest).max() <= tolerance:
            return values
        values = values + scipy.sparse.linalg.gmres(system, rest, rtol=1e-6, restart=50, maxiter=10)[0]
    mask = scipy.sparse.diags_array(kept)
    matrix = scipy.sparse.csc_array(scipy.sparse.eye_array(len(kept)) - mask @ steps @ mask)
    direct: Floats = scipy.sparse.linalg.spsolve(matrix, gains)
    return direct
