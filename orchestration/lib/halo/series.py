"""What posts bring that no click and no code shows: new orders after a post against what was expected.

An interrupted time series. Orders of a day without any trace of an influencer are a level that may drift from
month to month, a weekday's share, and an effect of each post that fades over the days after it; how fast is
not known, and averaged over. All posts are in one regression, so each has the others as controls. Posts'
effects are drawn to their common mean by reach, which is what makes an effect of single orders measurable at
all; chance is at least that of counts (Poisson), more where days differ more, and more again where they go
together with the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

#: Half of what a post brings comes within so many days: it may be bought at once, or next payday. With the
#: fast one alone, what comes late would count as the level of orders, and the halo come out too small.
HALF_LIVES_DAYS = (2.5, 5.0, 10.0)
#: The level of orders may turn so often, in days: less often than posts' effects come and go.
KNOT_DAYS = 42
#: Fewer days than these, or orders a day, tell nothing.
FEWEST_DAYS, FEWEST_A_DAY = 42, 0.2
#: Relative differences between posts of equal reach that are thought possible (standard deviation / mean).
_SPREADS = (0.0, 0.25, 0.5, 1.0, 2.0)


class Posts(NamedTuple):
    """Posts, one value each.

    Attributes:
        at: when it was published, in days after the beginning of the first day.
        reach: how many it may have reached, in any unit, above 0.
    """

    at: Floats
    reach: Floats


class Halo(NamedTuple):
    """New orders that posts brought without a trace, one value a post, and all posts together.

    Attributes:
        observed: orders in the window after the post; expected: without this post, the others being there.
        effect, low, high: what the post brought, drawn to what posts bring, and its interval.
        total, total_low, total_high: of all posts.
    """

    observed: Floats
    expected: Floats
    effect: Floats
    low: Floats
    high: Floats
    total: float
    total_low: float
    total_high: float

    @property
    def verdict(self) -> str:
        """`found` where the interval of the total is above 0, else `none`."""
        return "found" if self.total_low > 0 else "none"


def estimate(
    orders: Floats, first_weekday: int, posts: Posts, window: int, interval_pct: float
) -> Halo | None:
    """The halo of posts in daily orders; None where the series is too short, too thin or without posts.

    Args:
        orders: new orders of each day without a trace of an influencer.
        first_weekday: weekday of the first day, 0 to 6.
        posts: those in the time of the series, in any order.
        window: days after a post in which it may have an effect.
        interval_pct: coverage of the intervals.
    """
    days = len(orders)
    if days < FEWEST_DAYS or orders.mean() < FEWEST_A_DAY or not len(posts.at):
        return None
    reach = posts.reach / posts.reach.mean()
    baseline = _baseline(days, first_weekday)
    shapes = [_shapes(days, posts.at, window, half_life) for half_life in HALF_LIVES_DAYS]
    designs = [np.column_stack([baseline, shape @ reach]) for shape in shapes]
    if any(np.linalg.matrix_rank(design) <= baseline.shape[1] for design in designs):
        return None
    # One measure of chance for all, so that their likelihoods compare.
    root = np.sqrt(_noise(orders, designs[len(designs) // 2]))
    fits = [
        fit
        for shape, design in zip(shapes, designs, strict=True)
        for fit in _fits(orders, design, shape * reach, root)
    ]
    free = days - designs[0].shape[1]
    return _averaged(fits, orders, shapes[0], float(stdtrit(free, 0.5 + interval_pct / 200)))


def _fits(orders: Floats, fixed: Floats, scaled: Floats, root: Floats) -> list[_Fit]:
    """Mixed regressions: fixed effects (the last: what posts bring on average), posts' own deviations."""
    white = _White.of(orders / root, fixed / root[:, None], scaled / root[:, None])
    mass = scaled.sum(axis=0)
    mean = float(_with_spread(white, mass, 0.0).found[-1])
    found = []
    for spread in _SPREADS:
        fit = _with_spread(white, mass, abs(mean) * spread)
        found.append(fit._replace(level=fixed[:, :-1] @ fit.found[:-1] + scaled @ fit.each))
    return found


def _averaged(fits: Sequence[_Fit], orders: Floats, shape: Floats, width: float) -> Halo:
    """What all fits say together, each by its likelihood."""
    likelihoods = np.array([fit.likelihood for fit in fits])
    chance = np.exp(likelihoods - likelihoods.max())
    chance /= chance.sum()
    effect, variance = _mixed(
        chance,
        np.array([fit.mass * fit.each for fit in fits]),
        np.array([fit.mass**2 * fit.variances for fit in fits]),
    )
    total, total_variance = _mixed(
        chance, np.array([fit.total for fit in fits]), np.array([fit.total_variance for fit in fits])
    )
    half, total_half = width * np.sqrt(variance), width * float(np.sqrt(total_variance))
    level = chance @ np.array([fit.level for fit in fits])
    reached = (shape > 0).T
    return Halo(
        reached @ orders, np.maximum(reached @ level - effect, 0.0), effect, effect - half, effect + half,
        float(total), float(total) - total_half, float(total) + total_half,
    )  # fmt: skip


class _White(NamedTuple):
    """The regression in units of each day's chance, turned so that posts' deviations act one by one.

    Posts (days x posts) are a turn x `scores`, whose rows are at right angles and `squares` long; what is
    named `turned_` is turned back.
    """

    orders: Floats
    fixed: Floats
    squares: Floats
    scores: Floats
    turned_orders: Floats
    turned_fixed: Floats

    @classmethod
    def of(cls, orders: Floats, fixed: Floats, posts: Floats) -> _White:
        """The regression in these units; one decomposition serves all spreads."""
        days, number = posts.shape
        if number < days:
            turn, size, back = np.linalg.svd(posts, full_matrices=False)
            squares, scores = size**2, size[:, None] * back
        else:
            # Far cheaper with more posts than days, and nothing below divides by a small `squares`.
            squares, turn = np.linalg.eigh(posts @ posts.T)
            squares, scores = np.maximum(squares, 0.0), turn.T @ posts
        return cls(orders, fixed, squares, scores, turn.T @ orders, turn.T @ fixed)


class _Fit(NamedTuple):
    """One regression: `each` is by unit of reach, `mass` makes orders of it, `level` is expected a day."""

    likelihood: float
    found: Floats
    each: Floats
    variances: Floats
    mass: Floats
    total: float
    total_variance: float
    level: Floats


def _with_spread(white: _White, mass: Floats, spread: float) -> _Fit:
    """Generalised least squares, where posts deviate from their mean by this much (REML likelihood)."""
    more = spread**2 * white.squares
    shrunk = more / (1 + more)
    information = white.fixed.T @ white.fixed - (white.turned_fixed.T * shrunk) @ white.turned_fixed
    unsure = np.linalg.inv(information)
    found = unsure @ (white.fixed.T @ white.orders - (white.turned_fixed.T * shrunk) @ white.turned_orders)
    rest = white.orders - white.fixed @ found
    turned_rest = white.turned_orders - white.turned_fixed @ found
    likelihood = -0.5 * float(np.log1p(more).sum() + rest @ rest - shrunk @ turned_rest**2)
    likelihood -= 0.5 * float(np.linalg.slogdet(information)[1])
    drawn = spread**2 / (1 + more)
    gain = white.scores.T * drawn
    each = found[-1] + gain @ turned_rest
    # The mean's uncertainty goes into what is left for the posts themselves.
    lever = -gain @ white.turned_fixed
    lever[:, -1] += 1
    variances = ((lever @ unsure) * lever).sum(axis=1) + spread**2 * (1 - drawn @ white.scores**2)
    of_all = mass @ lever
    total_variance = of_all @ unsure @ of_all + spread**2 * (mass @ mass - drawn @ (white.scores @ mass) ** 2)
    return _Fit(
        likelihood,
        found,
        each,
        np.maximum(variances, 0.0),
        mass,
        float(mass @ each),
        max(float(total_variance), 0.0),
        np.empty(0),
    )


def _noise(orders: Floats, fixed: Floats) -> Floats:
    """Variance of each day."""
    expected = np.full(len(orders), orders.mean())
    for _ in range(3):
        root = np.sqrt(expected)
        found = np.linalg.lstsq(fixed / root[:, None], orders / root, rcond=None)[0]
        # A thin season must not make its days count without end.
        expected = np.maximum(fixed @ found, 0.25 * orders.mean())
    rest = (orders - fixed @ found) / np.sqrt(expected)
    scale = max(1.0, float(rest @ rest) / (len(orders) - fixed.shape[1]))
    follows = float(rest[1:] @ rest[:-1] / (rest @ rest)) if rest @ rest > 0 else 0.0
    # What shocks of several days do to a mean of days.
    follows = min(max(follows - 1 / np.sqrt(len(orders)), 0.0), 0.8)
    result: Floats = expected * scale * (1 + follows) / (1 - follows)
    return result


def _shapes(days: int, at: Floats, window: int, half_life: float) -> Floats:
    """Days x posts: the share of a post's effect that falls on a day; 1 in sum over a complete window."""
    edges = np.arange(days + 1)[:, None] - at[None, :]
    passed = 1 - 2.0 ** (-np.clip(edges, 0, window) / half_life)
    result: Floats = np.diff(passed, axis=0) / (1 - 2.0 ** (-window / half_life))
    return result


def _baseline(days: int, first_weekday: int) -> Floats:
    """Columns of a level that bends at knots, and of six weekdays against the first."""
    knots = np.linspace(0, days - 1, max(2, round(days / KNOT_DAYS) + 1))
    day = np.arange(days, dtype=np.float64)
    level = np.column_stack([np.interp(day, knots, row) for row in np.eye(len(knots))])
    weekday = (first_weekday + np.arange(days)) % 7
    return np.column_stack([level, *((weekday == number) - 1 / 7 for number in range(1, 7))])


def _mixed(chance: Floats, means: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a mixture over the first axis."""
    mean = np.tensordot(chance, means, 1)
    return mean, np.tensordot(chance, variances + (means - mean) ** 2, 1)
