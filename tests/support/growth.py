"""How work grows with its input: a ratio of CPU seconds within one test, which no slow machine changes."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], count: int) -> float:
    """How much longer `work(4 * count)` takes than `work(count)`: linear is about 4, a square 16."""
    work(count // 10)
    return _seconds(work, 4 * count) / _seconds(work, count)


def _seconds(work: Callable[[int], object], count: int) -> float:
    started = time.process_time()
    work(count)
    return time.process_time() - started
