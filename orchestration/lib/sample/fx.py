"""Exchange rates of the world's days, from the project's reference seed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from orchestration.lib.sample.config import World
from orchestration.lib.sample.people import Floats, Ints

#: Units of each currency for one euro, a row a day.
REFERENCE = Path(__file__).resolve().parents[3] / "seeds" / "reference" / "fx_rates.csv"
#: A rate is used for at most this many days after its own (weekends and holidays have none).
LONGEST_GAP_DAYS = 7


class RatesError(ValueError):
    """The rates do not cover the world."""


@dataclass(frozen=True)
class Rates:
    """Dollars for one unit of each currency on each day of the world (currencies x days)."""

    codes: tuple[str, ...]
    dollars_per_unit: Floats

    @classmethod
    def load(
        cls, world: World, path: Path = REFERENCE, codes: tuple[str, ...] = ("USD", "EUR", "GBP")
    ) -> Rates:
        """Read the rates; the last known one stands in for days that have none.

        Raises `RatesError` where a day of the world has no rate in the week before it.
        """
        known: dict[date, tuple[float, ...]] = {}
        with path.open(newline="", encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                cells = [row.get(code.lower(), "1") if code != "EUR" else "1" for code in codes]
                if all(cells):
                    known[date.fromisoformat(row["rate_date"])] = tuple(float(cell or 0) for cell in cells)
        table = np.empty((len(codes), world.days))
        for number in range(world.days):
            day = world.start + timedelta(days=number)
            back = next(
                (gap for gap in range(LONGEST_GAP_DAYS + 1) if day - timedelta(days=gap) in known), None
            )
            if back is None:
                raise RatesError(
                    f"{path}: no exchange rate on {day} or in the {LONGEST_GAP_DAYS} days before; "
                    "choose fewer days, or add rates"
                )
            table[:, number] = known[day - timedelta(days=back)]
        return cls(codes, table[codes.index("USD")] / table)

    def number(self, code: str) -> int:
        """The position of a currency."""
        return self.codes.index(code)

    def dollars(self, cents: Ints, currency: Ints, day: Ints) -> Ints:
        """Amounts in cents of dollars at their days' rates; days outside the world use its ends."""
        inside = np.clip(day, 0, self.dollars_per_unit.shape[1] - 1)
        return np.rint(cents * self.dollars_per_unit[currency, inside]).astype(np.int64)
