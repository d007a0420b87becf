"""How far the halo estimate is off, over generated worlds.

`python -m benchmarks.halo [--worlds 40] [--people 3000] [--days 150]`

For each strength of planted halo (0: none) it prints the orders that were planted in the series, what is
estimated on average, how far that is off, how often the 90 % interval holds the truth, and how often a halo
is found. One line a strength, a few seconds a world.
"""

from __future__ import annotations

import argparse

import numpy as np

from orchestration.lib.halo import estimate
from orchestration.lib.sample.config import World
from tests.support.halo import untraced_and_planted

STRENGTHS = (0.0, 1.0, 3.0, 6.0)
FIRST_SEED = 500


def measure(strength: float, worlds: int, people: int, days: int) -> list[tuple[float, ...]]:
    """Planted, estimated, low and high end and orders of the series, of each world."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + worlds):
        world = World(people, days, seed, halo=strength > 0, halo_strength=strength or 1.0)
        orders, posts, planted = untraced_and_planted(world)
        halo = estimate(orders, world.start.weekday(), posts, 28, 90)
        if halo is not None:
            found.append((planted, halo.total, halo.total_low, halo.total_high, orders.sum()))
    return found


def main() -> None:
    """Measures all strengths, prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--days", type=int, default=150)
    options = parser.parse_args()
    print(f"{'strength':>8}{'orders':>8}{'planted':>9}{'estimate':>10}{'off by':>16}{'held':>7}{'found':>7}")
    for strength in STRENGTHS:
        rows = np.array(measure(strength, options.worlds, options.people, options.days))
        planted, total, low, high, orders = rows.T
        off = total - planted
        print(
            f"{strength:>8g}{orders.mean():>8.0f}{planted.mean():>9.1f}{total.mean():>10.1f}"
            f"{off.mean():>9.1f} +- {off.std(ddof=1) / np.sqrt(len(off)):<4.1f}"
            f"{np.mean((low <= planted) & (planted <= high)):>7.0%}{np.mean(low > 0):>7.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
