"""What every lint rule is given: the conventions, the exchange rates, and rows joined by their ids."""

from __future__ import annotations

import bisect
import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from orchestration.lib.registry.conventions import Conventions, load_conventions
from orchestration.lib.registry.model import Finding, Registry, Row, Severity, Sheet
from orchestration.lib.settings import DBT_PROJECT, ROOT
from orchestration.lib.variables import read_defaults

FX_RATES = ROOT / "seeds" / "reference" / "fx_rates.csv"
# A rate that is older than this is not used: weekends and holidays are shorter.
RATE_DAYS = 7


@dataclass(frozen=True)
class Rates:
    """On which days each currency has an exchange rate; days in order."""

    days: dict[str, tuple[date, ...]]

    def knows(self, currency: str) -> bool:
        """True when the currency has any rate."""
        return bool(self.days.get(currency))

    def covers(self, currency: str, day: date) -> bool:
        """True when there is a rate on the day or in the week before it."""
        days = self.days.get(currency, ())
        place = bisect.bisect_right(days, day)
        return place > 0 and (day - days[place - 1]).days <= RATE_DAYS


def read_rates(file: Path = FX_RATES) -> Rates | None:
    """The days of the rates in `fx_rates.csv` (a row a day, a column a currency); None without the file."""
    if not file.is_file():
        return None
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        currencies = [name.strip().upper() for name in next(reader, [])[1:]]
        days: dict[str, list[date]] = {name: [] for name in (*currencies, "EUR")}
        for record in reader:
            if not record or not record[0].strip():
                continue
            day = date.fromisoformat(record[0].strip())
            # Rates are units for one euro.
            days["EUR"].append(day)
            for name, rate in zip(currencies, record[1:], strict=False):
                if rate.strip():
                    days[name].append(day)
    return Rates({name: tuple(sorted(found)) for name, found in days.items()})


@dataclass(frozen=True)
class LintContext:
    """What the rules of `lint` measure a registry by.

    Attributes:
        conventions: naming, dates, codes and the severity of each rule.
        rates: None when they are not known; rules about money are silent then.
        reporting_currency: needs no rate.
    """

    conventions: Conventions
    rates: Rates | None = None
    reporting_currency: str = "USD"

    @classmethod
    def load(cls, folder: Path | None = None, reporting_currency: str | None = None) -> LintContext:
        """The context of a registry folder, with the project's exchange rates.

        Raises:
            ConventionsError: the folder's `conventions.toml` cannot be used.
        """
        if reporting_currency is None:
            reporting_currency = str(read_defaults(DBT_PROJECT / "dbt_project.yml")["reporting_currency"])
        return cls(load_conventions(folder), read_rates(), reporting_currency)

    def finding(self, rule: str, sheet: Sheet, row: Row | None, message: str, mend: str) -> Finding:
        """A finding of a rule with the severity that the conventions give it."""
        level = self.conventions.severity.get(rule, "warning")
        severity = Severity.ERROR if level == "error" else Severity.WARNING
        return Finding(severity, rule, sheet.file, row.line if row else None, message, mend)


@dataclass(frozen=True)
class Joined:
    """Rows of a registry by their ids, and the rows that a row belongs to."""

    registry: Registry
    _by_id: dict[str, dict[str, Row]] = field(default_factory=dict, repr=False)

    def rows(self, table: str) -> tuple[Row, ...]:
        """The rows of a table, none when it could not be read."""
        sheet = self.registry.get(table)
        return sheet.rows if sheet else ()

    def find(self, table: str, value: str | None) -> Row | None:
        """The row of a table with this id; of several the first."""
        if value is None:
            return None
        if table not in self._by_id:
            sheet = self.registry.get(table)
            index: dict[str, Row] = {}
            for row in self.rows(table):
                key = row.get(sheet.table.key) if sheet else None
                if key is not None:
                    index.setdefault(key, row)
            self._by_id[table] = index
        return self._by_id[table].get(value)

    def related(self, row: Row, table: str) -> Row | None:
        """The influencer, campaign, deliverable or partnership of a row: by its id, else by its post's."""
        key = {"influencers": "influencer_id", "campaigns": "campaign_id", "deliverables": "deliverable_id"}
        key["partnerships"] = "partnership_id"
        direct = self.find(table, row.get(key[table]))
        if direct is not None or table == "deliverables":
            return direct
        if table == "partnerships":
            post = self.find("deliverables", row.get("deliverable_id"))
            return self.find("partnerships", post.get("partnership_id")) if post else None
        partnership = self.related(row, "partnerships")
        return self.find(table, partnership.get(key[table])) if partnership else None

    @cached_property
    def posts_of(self) -> dict[str, list[Row]]:
        """The deliverables of each partnership id."""
        posts: dict[str, list[Row]] = {}
        for row in self.rows("deliverables"):
            posts.setdefault(row.get("partnership_id") or "", []).append(row)
        return posts
