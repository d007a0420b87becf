"""How often 90 % intervals hold the long-run revenue, by buyers and by how uneven orders are.

`python -m benchmarks.coverage --worlds 400` draws worlds of known revenue, one influencer each, and builds
their intervals by dbt's own models.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from tests.support.coverage import measure

BUYERS = (30, 60, 200)
SPREADS = (0.7, 0.9, 1.1, 1.3, 1.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=400, help="worlds of each kind")
    worlds = parser.parse_args().worlds
    kinds = [(buyers, spread) for buyers in BUYERS for spread in SPREADS]
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), kinds, worlds)
    print("buyers " + "".join(f"  spread {spread}" for spread in SPREADS))
    for buyers in BUYERS:
        rates = [100 * np.mean(found.kinds[buyers, spread]) for spread in SPREADS]
        print(f"{buyers:6} " + "".join(f"  {rate:8.0f} %" for rate in rates))


if __name__ == "__main__":
    main()
