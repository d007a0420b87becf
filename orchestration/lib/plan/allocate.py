"""Splits a budget so that the next unit brings the same with everybody whose bounds allow it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from orchestration.lib.plan.curves import Curves, Floats

Cents = npt.NDArray[np.int64]


class Allocation(NamedTuple):
    """The split in whole cents.

    Attributes:
        planned: cents to spend on each; within `least` and `most`.
        unallocated: cents of the budget for which the bounds leave no room.
        is_cut: True where the budget is less than the lowest spends together, so that all are cut further.
    """

    planned: Cents
    least: Cents
    most: Cents
    unallocated: int
    is_cut: bool


def allocate(curves: Curves, before: Cents, budget: int, max_change_pct: float) -> Allocation:
    """The split of the highest expected value among those that change nobody's spend by more than allowed.

    Args:
        curves: response curves.
        before: cents spent in the comparable past period, above 0.
        budget: cents to spend.
        max_change_pct: most that a spend may rise or fall, in per cent of before; the whole spend at most.
    """
    least, most, is_cut = _bounds(before, budget, max_change_pct)
    if budget >= int(most.sum()):
        return Allocation(most, least, most, budget - int(most.sum()), is_cut)
    wanted = _best(curves, least / 100, most / 100, budget / 100) * 100
    return Allocation(_whole_cents(wanted, least, most, budget), least, most, 0, is_cut)


def proportional(before: Cents, budget: int, max_change_pct: float) -> Allocation:
    """Everybody's spend changed alike, within the same bounds: the split where nothing says who is better."""
    least, most, is_cut = _bounds(before, budget, max_change_pct)
    if budget >= int(most.sum()):
        return Allocation(most, least, most, budget - int(most.sum()), is_cut)
    wanted = (before * (budget / int(before.sum()))).astype(np.float64)
    return Allocation(_whole_cents(wanted, least, most, budget), least, most, 0, is_cut)


def _bounds(before: Cents, budget: int, max_change_pct: float) -> tuple[Cents, Cents, bool]:
    """Lowest and highest spends; a budget below all the lowest lowers them alike."""
    least = np.ceil(before * max(0.0, 1 - max_change_pct / 100)).astype(np.int64)
    most = np.floor(before * (1 + max_change_pct / 100)).astype(np.int64)
    is_cut = budget < int(least.sum())
    if is_cut:
        least = np.floor(least * (budget / int(least.sum()))).astype(np.int64)
    return least, most, is_cut


def _best(curves: Curves, least: Floats, most: Floats, budget: float) -> Floats:
    """Equal marginal values, the level of which is found by Brent's method on the log scale."""
    steep = np.log(np.maximum(curves.value_per_spend * curves.elasticity, 1e-12))
    bend = 1 / (1 - curves.elasticity)

    def spends(level: float) -> Floats:
        exponent = np.clip((steep - level) * bend, -200, 200)
        return np.clip(curves.anchor * np.exp(exponent), least, most)

    def excess(level: float) -> float:
        return float(spends(level).sum()) - budget

    # At these ends everybody is at the highest and at the lowest spend.
    ends = [steep - np.log(np.maximum(spend, 1e-9) / curves.anchor) / bend for spend in (most, least)]
    low, high = float(ends[0].min()) - 1, float(ends[1].max()) + 1
    if excess(high) >= 0:
        return spends(high)
    return spends(float(brentq(excess, low, high, xtol=1e-12, rtol=1e-12)))


def _whole_cents(wanted: Floats, least: Cents, most: Cents, budget: int) -> Cents:
    """Rounded down, and the cents that are left to the largest remainders; earlier ones first of equals."""
    planned = np.clip(np.floor(wanted + 1e-7).astype(np.int64), least, most)
    missing = budget - int(planned.sum())
    order = np.argsort(-(wanted - planned), kind="stable")
    step = 1 if missing > 0 else -1
    while missing:
        room = order[(planned[order] < most[order]) if step > 0 else (planned[order] > least[order])]
        if not len(room):
            break
        chosen = room[: abs(missing)]
        planned[chosen] += step
        missing -= step * len(chosen)
    return planned
