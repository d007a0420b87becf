"""Partial pooling of noisy estimates: each is drawn towards the mean of all, the more the less it knows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


#: Steps of the grid over how much the true values differ.
_STEPS = 201


class Pooled(NamedTuple):
    """Estimates after pooling, in the order in which they came in.

    Attributes:
        values: pooled estimates; `variances`: what is left of their uncertainty.
        weights: how much of each is its own data, 0 to 1.
        away: how far each is from the common mean; `away_variances`: how unsure that is.
    """

    values: Floats
    variances: Floats
    weights: Floats
    away: Floats
    away_variances: Floats


def between_variance(values: Floats, variances: Floats, mean: float | None = None) -> float:
    """How much the true values differ (DerSimonian and Laird 1986); 0 where chance explains the differences.

    Args:
        values: estimates; `variances`: theirs, positive.
        mean: what they should be around; None estimates it, which costs a degree of freedom.
    """
    if len(values) < 2:
        return 0.0
    precision = 1 / variances
    centre = float(precision @ values / precision.sum()) if mean is None else mean
    spread = float(precision @ (values - centre) ** 2)
    if mean is not None:
        return max(0.0, (spread - len(values)) / float(precision.sum()))
    scale = float(precision.sum() - (precision**2).sum() / precision.sum())
    return max(0.0, (spread - (len(values) - 1)) / scale) if scale > 0 else 0.0


def pool(values: Floats, variances: Floats, scale: float = 0.5) -> Pooled:
    """Partial pooling under normal errors; at least one estimate.

    How much the true values differ is averaged over and not estimated: with few estimates, the best single
    guess is often 0, and then intervals promise far too much.

    Args:
        values: estimates; `variances`: theirs, positive.
        scale: standard deviation of the half-normal prior of the true values' standard deviation.
    """
    between = np.linspace(0, 3 * scale, _STEPS) ** 2
    precision = 1 / (variances + between[:, None])
    mean_variance = 1 / precision.sum(axis=1)
    mean = (precision * values).sum(axis=1) * mean_variance
    likelihood = 0.5 * (
        np.log(precision).sum(axis=1)
        + np.log(mean_variance)
        - (precision * (values - mean[:, None]) ** 2).sum(axis=1)
    )
    chance = np.exp(likelihood - likelihood.max() - between / (2 * scale**2))
    chance /= chance.sum()
    weights = between[:, None] / (between[:, None] + variances)
    pooled = weights * values + (1 - weights) * mean[:, None]
    spread = weights * variances + (1 - weights) ** 2 * mean_variance[:, None]
    away = weights * (values - mean[:, None])
    away_spread = weights * variances + weights**2 * mean_variance[:, None]
    result, variance = _mixed(chance, pooled, spread)
    apart, apart_variance = _mixed(chance, away, away_spread)
    return Pooled(result, variance, chance @ weights, apart, apart_variance)


def _mixed(chance: Floats, means: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a mixture, by column."""
    mean = chance @ means
    return mean, chance @ (variances + (means - mean) ** 2)
