"""BG/NBD: how often customers come back, and whether they are still there.

P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting Your Customers the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24 (2005). While a customer is there, purchases come at a rate that is
Gamma(r, alpha) over customers; after each purchase the customer leaves with a chance that is Beta(a, b).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, hyp2f1

from orchestration.lib.ltv.fitting import FitError, Floats, maximise

#: Fewer customers, or fewer who came back, settle four parameters badly.
FEWEST_CUSTOMERS, FEWEST_REPEATERS = 100, 30


class BgNbd(NamedTuple):
    """The parameters; `alpha` is in the unit of time of the histories that it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float


class History(NamedTuple):
    """Customers in groups of equal histories, one value a group, all times in one unit.

    Attributes:
        repeats: purchases after the first (x); a day counts once.
        recency: time from the first purchase to the last (t_x), 0 without a repeat.
        age: time from the first purchase to the end of the data (T).
        customers: how many customers share the history.
    """

    repeats: Floats
    recency: Floats
    age: Floats
    customers: Floats


def log_likelihood(model: BgNbd, history: History) -> tuple[float, Floats]:
    """Mean over customers (equation 6 of the paper), and its gradient by r, alpha, a and b."""
    r, alpha, a, b = model
    x, recency, age, customers = history
    later = np.maximum(x, 1) - 1
    counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    ordering = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    if_stayed = -(r + x) * np.log(alpha + age)
    if_left = np.log(a) - np.log(b + later) - (r + x) * np.log(alpha + recency)
    if_left = np.where(x > 0, if_left, -np.inf)
    either = np.logaddexp(if_stayed, if_left)
    stayed, left = np.exp(if_stayed - either), np.exp(if_left - either)
    gradient = (
        digamma(r + x)
        - digamma(r)
        + np.log(alpha)
        - stayed * np.log(alpha + age)
        - left * np.log(alpha + recency),
        r / alpha - (r + x) * (stayed / (alpha + age) + left / (alpha + recency)),
        digamma(a + b) - digamma(a + b + x) + left / a,
        digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x) - left / (b + later),
    )
    total = customers.sum()
    value = float(np.sum(customers * (counts + ordering + either)) / total)
    return value, np.array([np.sum(customers * part) / total for part in gradient])


def fit_bgnbd(history: History) -> BgNbd:
    """The parameters of the highest likelihood.

    Raises:
        FitError: too few customers or repeats.
    """
    customers = float(history.customers.sum())
    repeaters = float(history.customers[history.repeats > 0].sum())
    if customers < FEWEST_CUSTOMERS:
        raise FitError(f"{customers:.0f} customers; a prediction needs {FEWEST_CUSTOMERS}")
    if repeaters < FEWEST_REPEATERS:
        raise FitError(f"{repeaters:.0f} customers came back; a prediction needs {FEWEST_REPEATERS}")
    # A unit in which ages are around 1 keeps the search well conditioned; only alpha depends on it.
    unit = float(np.average(history.age, weights=history.customers)) or 1.0
    scaled = History(history.repeats, history.recency / unit, history.age / unit, history.customers)
    found = maximise(
        lambda parameters: log_likelihood(BgNbd(*parameters), scaled),
        [(1.0, 1.0, 1.0, 1.0), (0.25, 0.15, 0.8, 2.4)],
    )
    return BgNbd(float(found[0]), float(found[1]) * unit, float(found[2]), float(found[3]))


def probability_alive(model: BgNbd, history: History) -> Floats:
    """The chance that a customer is still there; 1 for those without a repeat, who cannot have left yet."""
    return 1 / (1 + _odds_of_having_left(model, history))


def expected_purchases(model: BgNbd, history: History, ahead: float) -> Floats:
    """Purchases to expect of a customer of each group in the time `ahead` of the data (equation 10)."""
    r, alpha, a, b = model
    if abs(a - 1) < 1e-6:
        # The formula divides by a - 1; its limit is smooth.
        a = 1 + 1e-6
    x, _, age, _ = history
    reach = (alpha + age) / (alpha + age + ahead)
    series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
    purchases = (a + b + x - 1) / (a - 1) * (1 - reach ** (r + x) * series)
    found: Floats = purchases / (1 + _odds_of_having_left(model, history))
    return found


def _odds_of_having_left(model: BgNbd, history: History) -> npt.NDArray[np.float64]:
    r, alpha, a, b = model
    x, recency, age, _ = history
    odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + recency)) ** (r + x)
    found: Floats = np.where(x > 0, odds, 0.0)
    return found
