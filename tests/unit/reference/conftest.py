"""The seed files, read once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.lib.reference.seed import read_seed

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "seeds" / "reference"
PUBLIC_LISTS = ROOT.parent / "shared" / "data" / "lists"

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def rows() -> Callable[[str], Rows]:
    def of(name: str) -> Rows:
        seed = read_seed(FOLDER / f"{name}.csv")
        return [dict(zip(seed.columns, row, strict=True)) for row in seed.rows]

    return of
