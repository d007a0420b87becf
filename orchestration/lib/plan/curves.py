"""Response curves with diminishing returns, one an influencer.

What a period's spend s brings is V(s) = value_per_spend x anchor x (s / anchor) ^ elasticity: at the anchor,
the spend that was tried, a unit brings `value_per_spend`; an elasticity below 1 makes each further unit bring
less.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Beyond these a power curve is a straight line or a step.
LOWEST_ELASTICITY, HIGHEST_ELASTICITY = 0.05, 0.95
#: Ends of a 90 % interval from so many draws are within 2 % of its width of where many more would be.
DRAWS = 2000
_SEED = 20260105
_CHUNK = 500


class Curves(NamedTuple):
    """Curves and how well they are known, one value an influencer.

    Attributes:
        anchor: spend of the comparable past period, above 0.
        value_per_spend: value that a unit of spend brought there; `value_sd`: its standard deviation.
        elasticity: per cent of value that one more per cent of spend brings.
        sd_all, sd_tier, sd_own: standard deviations of the elasticity's parts: of all, of the tier, its own.
        tier: number of the tier, from 0.
    """

    anchor: Floats
    value_per_spend: Floats
    value_sd: Floats
    elasticity: Floats
    sd_all: Floats
    sd_tier: Floats
    sd_own: Floats
    tier: npt.NDArray[np.int64]

    def value(self, spend: Floats) -> Floats:
        """Expected value of a period's spend."""
        scale = self.value_per_spend * self.anchor
        result: Floats = scale * (spend / self.anchor) ** self.elasticity
        return result

    def marginal(self, spend: Floats) -> Floats:
        """What the next unit of spend brings; spend above 0."""
        result: Floats = (
            self.value_per_spend * self.elasticity * (spend / self.anchor) ** (self.elasticity - 1)
        )
        return result


class Expected(NamedTuple):
    """Gain over spending as before, net of the difference in spend: each influencer's, and all together.

    Attributes:
        gain: by the curves as they are; `low`, `high`: ends of its interval; `total` and its ends: of all.
    """

    gain: Floats
    low: Floats
    high: Floats
    total: float
    total_low: float
    total_high: float


def expect(curves: Curves, before: Floats, planned: Floats, interval_pct: float) -> Expected:
    """The gain, with its interval from draws of the curves; the same curves give the same draws."""
    rng = np.random.default_rng(_SEED)
    shared = rng.standard_normal(DRAWS)
    tiers = int(curves.tier.max(initial=-1)) + 1
    by_tier = rng.standard_normal((tiers, DRAWS))
    tails = [50 - interval_pct / 2, 50 + interval_pct / 2]
    gain = curves.value(planned) - curves.value(before) - (planned - before)
    low, high = np.zeros(len(before)), np.zeros(len(before))
    total = np.zeros(DRAWS)
    for start in range(0, len(before), _CHUNK):
        part = slice(start, start + _CHUNK)
        drawn = _gains(curves, part, before, planned, shared, by_tier, rng)
        low[part], high[part] = np.percentile(drawn, tails, axis=1)
        total += drawn.sum(axis=0)
    ends = np.percentile(total, tails)
    return Expected(gain, low, high, float(gain.sum()), float(ends[0]), float(ends[1]))


def _gains(
    curves: Curves, part: slice, before: Floats, planned: Floats,
    shared: Floats, by_tier: Floats, rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Influencers x draws."""
    rows = len(before[part])
    own = rng.standard_normal((rows, DRAWS))
    elasticity = np.clip(
        curves.elasticity[part, None]
        + curves.sd_all[part, None] * shared
        + curves.sd_tier[part, None] * by_tier[curves.tier[part]]
        + curves.sd_own[part, None] * own,
        LOWEST_ELASTICITY,
        HIGHEST_ELASTICITY,
    )
    mean, deviation = curves.value_per_spend[part, None], curves.value_sd[part, None]
    sure = (deviation <= 0) | (mean <= 0)
    shape = np.where(sure, 1.0, (mean / np.where(sure, 1.0, deviation)) ** 2)
    drawn = rng.standard_gamma(np.broadcast_to(shape, (rows, DRAWS)))
    level = np.where(sure, mean, drawn * mean / shape) * curves.anchor[part, None]
    ratio = [spend[part, None] / curves.anchor[part, None] for spend in (planned, before)]
    more = ratio[0] ** elasticity - ratio[1] ** elasticity
    result: Floats = level * more - (planned - before)[part, None]
    return result
