"""Response curves from what campaigns cost and brought, pooled by tier where an influencer has little data.

Level: value a unit of spend, gamma over influencers around the tier's mean; what was sold is counted in
purchases of the size that the influencer's have, so that three large orders are three orders. Elasticity: how
an influencer's value moved with the spend from campaign to campaign (conditional likelihood, which a gifted
influencer's higher level cannot bend), drawn to the tier's, the tier's to that of all, all to the assumption.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from orchestration.lib.plan.curves import HIGHEST_ELASTICITY, LOWEST_ELASTICITY, Curves, Floats
from orchestration.lib.pooling import between_variance

Numbers = npt.NDArray[np.int64]

#: How far the assumed elasticity may be off before any data is seen.
ASSUMPTION_SD = 0.15
#: Elasticities lie between 0 and 1; tiers, and influencers of a tier, cannot differ by more than this (sd).
MOST_TIER_SD, MOST_OWN_SD = 0.1, 0.15
#: Influencers are never taken for nearly equal (beyond 100) or for nearly unrelated (below 0.3).
_SHAPES = (0.3, 100.0)


class Doses(NamedTuple):
    """Campaigns of influencers: what was spent (above 0) and what that brought, one value a dose.

    Attributes:
        influencer: number of the influencer, from 0; `spend`, `value`: of the dose, in one currency.
    """

    influencer: Numbers
    spend: Floats
    value: Floats


class Totals(NamedTuple):
    """Influencers, one value each.

    Attributes:
        anchor: spend of the comparable past period, above 0; `tier`: number of the tier, from 0.
        spend, value: of all time.
        lump: money in which value comes, sum of squares by sum over the buyers; 0 where there are none.
    """

    anchor: Floats
    tier: Numbers
    spend: Floats
    value: Floats
    lump: Floats


class Fitted(NamedTuple):
    """The curves, and how much of each level is the influencer's own data (0 to 1)."""

    curves: Curves
    own_weight: Floats


def fit_curves(doses: Doses, totals: Totals, assumed: float) -> Fitted | None:
    """The curves; None where nothing was sold or nothing was spent, so that there is nothing to go by.

    Args:
        doses: campaigns. `totals`: influencers with a spend, in the order of their numbers.
        assumed: elasticity where the data says nothing.
    """
    value = np.maximum(totals.value, 0.0)
    if not len(value) or value.sum() <= 0:
        return None
    elasticity, parts, chance = _elasticities(doses, totals.tier, assumed)
    level, sd, weight = _levels(totals, value, chance)
    return Fitted(
        Curves(totals.anchor, level, sd, elasticity, parts[0], parts[1], parts[2], totals.tier), weight
    )


def _elasticities(
    doses: Doses, tier: Numbers, assumed: float
) -> tuple[Floats, tuple[Floats, Floats, Floats], float]:
    """Elasticities, standard deviations of their three parts, and money in which the doses' value varies."""
    influencers = len(tier)
    logs, value = np.log(doses.spend), np.maximum(doses.value, 0.0)
    sold = np.bincount(doses.influencer, value, influencers)

    def shares(elasticity: float) -> Floats:
        weight = np.exp(elasticity * logs)
        result: Floats = weight / np.bincount(doses.influencer, weight, influencers)[doses.influencer]
        return result

    def lump(elasticity: float) -> float:
        fitted = shares(elasticity) * sold[doses.influencer]
        known = fitted > 0
        free = int(known.sum()) - len(np.unique(doses.influencer[known])) - 1
        if free < 1:
            return 0.0
        return float(((value - fitted)[known] ** 2 / fitted[known]).sum()) / free

    def cost(elasticity: float, chance: float) -> float:
        likelihood = float(value @ np.log(shares(elasticity))) / chance
        return -likelihood + (elasticity - assumed) ** 2 / (2 * ASSUMPTION_SD**2)

    common, chance = assumed, lump(assumed)
    for _ in range(3):
        if chance <= 0:
            break
        bounds = (LOWEST_ELASTICITY, HIGHEST_ELASTICITY)
        common = float(minimize_scalar(cost, args=(chance,), bounds=bounds, method="bounded").x)
        chance = lump(common)
    if chance <= 0:
        flat = np.full(influencers, min(max(assumed, LOWEST_ELASTICITY), HIGHEST_ELASTICITY))
        none = np.zeros(influencers)
        return flat, (np.full(influencers, ASSUMPTION_SD), none, none), 0.0
    share = shares(common)
    centre = np.bincount(doses.influencer, share * logs, influencers)
    off = logs - centre[doses.influencer]
    score = np.bincount(doses.influencer, value * off, influencers) / chance
    known = np.bincount(doses.influencer, share * off**2, influencers) * sold / chance
    tiers = int(tier.max()) + 1
    by_tier, sd_tier = _deviations(
        np.bincount(tier, score, tiers).astype(np.float64),
        np.bincount(tier, known, tiers).astype(np.float64),
        MOST_TIER_SD,
    )
    own, sd_own = _deviations(score - known * by_tier[tier], known, MOST_OWN_SD)
    sd_all = np.full(influencers, 1 / np.sqrt(known.sum() + ASSUMPTION_SD**-2))
    result = np.clip(common + by_tier[tier] + own, LOWEST_ELASTICITY, HIGHEST_ELASTICITY)
    return result, (sd_all, sd_tier[tier], sd_own), chance


def _deviations(score: Floats, known: Floats, most_sd: float) -> tuple[Floats, Floats]:
    """Pooled deviations from 0 by one step of scoring, and their standard deviations."""
    some = known > 1e-9
    estimate = score[some] / known[some]
    between = min(between_variance(estimate, 1 / known[some], mean=0.0), most_sd**2)
    deviation, sd = np.zeros(len(score)), np.full(len(score), np.sqrt(between))
    if between > 0:
        weight = between / (between + 1 / known[some])
        deviation[some] = weight * estimate
        sd[some] = np.sqrt(between * (1 - weight))
    return deviation, sd


def _levels(totals: Totals, value: Floats, chance: float) -> tuple[Floats, Floats, Floats]:
    """Value a unit of spend with its standard deviation, and the weight of the influencer's own data."""
    lumps = totals.lump[(totals.lump > 0) & (value > 0)]
    usual = float(np.median(lumps)) if len(lumps) else chance or float(value.max())
    # Chance from campaign to campaign is more than chance from buyer to buyer.
    lump = np.maximum(np.where(totals.lump > 0, totals.lump, usual), chance)
    count, exposure = value / lump, totals.spend / lump
    mean, shape = float(value.sum() / totals.spend.sum()), 1.0
    for _ in range(10):
        shape = _shape(count, exposure, mean)
        weight = exposure / (shape / mean + exposure)
        mean = float(weight @ (count / exposure) / weight.sum())
    weight = exposure / (shape / mean + exposure)
    # The mean of all stands in every tier as one influencer more.
    tiers = int(totals.tier.max()) + 1
    sums = np.bincount(totals.tier, weight * count / exposure, tiers)
    by_tier = (sums + mean) / (np.bincount(totals.tier, weight, tiers) + 1)
    centre = by_tier[totals.tier]
    rate = shape / centre + exposure
    level = (shape + count) / rate
    return level, np.sqrt(shape + count) / rate, exposure / rate


def _shape(count: Floats, exposure: Floats, mean: float) -> float:
    """How alike influencers are, by the highest likelihood of negative binomial counts."""

    def cost(log_shape: float) -> float:
        shape = np.exp(log_shape)
        rate = shape / mean
        likelihood = (
            gammaln(count + shape) - gammaln(shape) + shape * np.log(rate / (rate + exposure))
            - count * np.log(rate + exposure)
        )  # fmt: skip
        return -float(likelihood.sum())

    found = minimize_scalar(cost, bounds=tuple(np.log(_SHAPES)), method="bounded")
    return float(np.exp(found.x))
