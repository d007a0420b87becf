"""Partial pooling of noisy estimates: each is drawn towards the mean of all, the more the less it knows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Pooled(NamedTuple):
    """Estimates after pooling, in the order in which they came in.

    Attributes:
        values: pooled estimates.
        variances: what is left of their uncertainty, that of the common mean included.
        weights: how much of each is its own data, 0 to 1.
        mean: what all have in common.
        mean_variance: its variance.
        between: variance of the true values around the mean (tau squared).
    """

    values: Floats
    variances: Floats
    weights: Floats
    mean: float
    mean_variance: float
    between: float


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


def pool(values: Floats, variances: Floats) -> Pooled:
    """Empirical Bayes under normal errors; at least one estimate."""
    between = between_variance(values, variances)
    precision = 1 / (variances + between)
    mean = float(precision @ values / precision.sum())
    mean_variance = float(1 / precision.sum())
    weights = between / (between + variances)
    return Pooled(
        values=weights * values + (1 - weights) * mean,
        variances=weights * variances + (1 - weights) ** 2 * mean_variance,
        weights=weights,
        mean=mean,
        mean_variance=mean_variance,
        between=between,
    )
