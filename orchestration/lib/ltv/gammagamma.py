"""Gamma-Gamma: what customers spend when they come back.

P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). A customer's purchases are
Gamma(p, nu) in value, and nu is Gamma(q, v) over customers; values do not depend on how often somebody buys.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln

from orchestration.lib.ltv.fitting import FitError, Floats, maximise

FEWEST_REPEATERS = 30


class GammaGamma(NamedTuple):
    """The parameters; `v` is in the unit of money of the values that it was fitted to."""

    p: float
    q: float
    v: float


def log_likelihood(model: GammaGamma, repeats: Floats, mean_value: Floats) -> tuple[float, Floats]:
    """Mean over customers with `repeats` (from 1) purchases of `mean_value` (above 0), and its gradient."""
    p, q, v = model
    x, z = repeats, mean_value
    together = np.log(x * z + v)
    value = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
        + q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * together
    )  # fmt: skip
    gradient = (
        x * (digamma(p * x + q) - digamma(p * x) + np.log(z) + np.log(x) - together),
        digamma(p * x + q) - digamma(q) + np.log(v) - together,
        q / v - (p * x + q) / (x * z + v),
    )
    return float(np.mean(value)), np.array([np.mean(part) for part in gradient])


def fit_gamma_gamma(repeats: Floats, mean_value: Floats) -> GammaGamma:
    """The parameters of the highest likelihood, from customers who came back; others are left out.

    Raises:
        FitError: too few of them, or values so uneven that they have no mean (q up to 1).
    """
    known = (repeats > 0) & (mean_value > 0)
    x, z = repeats[known], mean_value[known]
    if len(x) < FEWEST_REPEATERS:
        raise FitError(f"{len(x)} customers came back and paid; a prediction needs {FEWEST_REPEATERS}")
    unit = float(np.mean(z))
    found = maximise(
        lambda parameters: log_likelihood(GammaGamma(*parameters), x, z / unit),
        [(1.0, 2.0, 1.0), (6.0, 4.0, 0.5)],
    )
    p, q, v = (float(value) for value in found)
    if q <= 1:
        raise FitError(f"order values are so uneven that they have no mean (q = {q:.2f})")
    return GammaGamma(p, q, v * unit)


def expected_value(model: GammaGamma, repeats: Floats, mean_value: Floats) -> Floats:
    """What a customer spends a purchase, between their own mean and that of all (equation 5).

    Without a repeat (or without money in it: `mean_value` 0) it is the mean of all, p v / (q - 1).
    """
    p, q, v = model
    x = np.where(mean_value > 0, repeats, 0.0)
    found: Floats = p * (v + x * np.where(x > 0, mean_value, 0.0)) / (p * x + q - 1)
    return found
