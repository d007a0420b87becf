"""How work grows with its input: a ratio of CPU seconds within one test, which no slow machine changes."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 3
SURELY_NO_SQUARE = 6


def growth(work: Callable[[int], object], count: int) -> float:
    """How much longer `work(4 * count)` takes than `work(count)`: linear is about 4, a square 16.

    The shortest time of each of some tries: what else a processor does only ever makes them longer.
    """
    work(count // 10)
    shorter = longer = float("inf")
    for _ in range(TRIES):
        shorter = min(shorter, _seconds(work, count))
        longer = min(longer, _seconds(work, 4 * count))
        if longer / shorter < SURELY_NO_SQUARE:
            break
    return longer / shorter


def _seconds(work: Callable[[int], object], count: int) -> float:
    started = time.process_time()
    work(count)
    return time.process_time() - started
