"""Exchange rates of a world come from the reference seed, and a gap is told before anything is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orchestration.lib.sample import RatesError, fx, generate, write_sample
from orchestration.lib.sample.config import World

WORLD = World(100, 20, 1)


def write_rates(path: Path, days: list[str]) -> Path:
    path.write_text("rate_date,usd,gbp\n" + "".join(f"{day},1.2,0.8\n" for day in days))
    return path


def test_the_last_known_rate_stands_in_for_weekends(tmp_path: Path) -> None:
    path = write_rates(tmp_path / "fx.csv", ["2026-05-14", "2026-05-20", "2026-05-27", "2026-06-01"])
    rates = fx.Rates.load(WORLD, path)
    assert rates.dollars_per_unit.shape == (3, 20)
    cents = np.array([1_000, 1_000, 1_000])
    currency = np.array([rates.number(code) for code in ("USD", "EUR", "GBP")])
    assert rates.dollars(cents, currency, np.array([0, 3, 19])).tolist() == [1_000, 1_200, 1_500]
    assert rates.dollars(-cents, currency, np.array([-5, 99, 0])).tolist() == [-1_000, -1_200, -1_500]


def test_a_missing_week_names_the_day_and_the_file(tmp_path: Path) -> None:
    path = write_rates(tmp_path / "fx.csv", ["2026-05-14", "2026-05-30"])
    with pytest.raises(RatesError, match=r"fx\.csv: no exchange rate on 2026-05-22"):
        fx.Rates.load(WORLD, path)


def test_without_rates_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_rates(tmp_path / "fx.csv", ["2026-05-30"])
    monkeypatch.setattr(generate.Rates, "load", lambda world, load=fx.Rates.load: load(world, path))
    with pytest.raises(RatesError):
        write_sample(tmp_path / "out", 100, 20, 1)
    assert not (tmp_path / "out").exists()
