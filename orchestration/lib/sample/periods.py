"""Which file a row belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from orchestration.lib.sample.config import World
from orchestration.lib.sample.people import Floats, Ints


@dataclass(frozen=True)
class Periods:
    """The world's days cut into months, the last ones into single days."""

    labels: tuple[str, ...]
    of_day: Ints

    @classmethod
    def of(cls, world: World, tail_days: int = 0) -> Periods:
        """The months of a world; each of its last `tail_days` days is a period of its own."""
        labels: list[str] = []
        of_day = np.empty(world.days, dtype=np.int64)
        for number in range(world.days):
            day = world.start + timedelta(days=number)
            label = f"{day:%Y-%m-%d}" if number >= world.days - tail_days else f"{day:%Y-%m}"
            if not labels or labels[-1] != label:
                labels.append(label)
            of_day[number] = len(labels) - 1
        return cls(tuple(labels), of_day)

    def number(self, seconds: Ints | Floats) -> Ints:
        """The period of each time in seconds of the world; times outside of it count to its ends."""
        day = np.floor_divide(seconds, 86_400).astype(np.int64)
        return self.of_day[np.clip(day, 0, len(self.of_day) - 1)]
