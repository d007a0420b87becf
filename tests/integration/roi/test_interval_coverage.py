"""The published interval holds the long-run value as often as it says: many worlds, one influencer each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.coverage import measure

#: Worlds of each kind.
WORLDS = 150
#: Spread of order values on the log scale: 0.7 is common in shops, 0.9 has a mean 1.5 times the median.
SPREADS = (0.5, 0.7, 0.9)
BUYERS = (30, 60, 200)


@pytest.mark.slow
def test_ninety_per_cent_intervals_hold_the_long_run_value(tmp_path: Path) -> None:
    kinds = [(buyers, spread) for buyers in BUYERS for spread in SPREADS]
    found = measure(tmp_path, kinds, WORLDS)
    assert len(found.figures["revenue"]) > 0.95 * WORLDS * len(kinds)
    coverage = {figure: float(np.mean(held)) for figure, held in found.figures.items()}
    assert all(0.85 <= rate <= 0.95 for rate in coverage.values()), coverage
    # Wider by two standard errors of so few worlds.
    rates = {kind: float(np.mean(held)) for kind, held in found.kinds.items()}
    assert all(0.8 <= rate <= 0.98 for rate in rates.values()), rates
