"""What comes in: landing rows as entities, registry rows, settings, exchange rates."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[3] / "seeds" / "reference"
Row = Mapping[str, Any]

#: Contract section 5.
DEFAULTS: dict[str, Any] = {
    "reporting_currency": "USD",
    "reporting_timezone": "UTC",
    "session_timeout_minutes": 30,
    "attribution_window_hours": 2160,
    "restart_after_purchase": False,
    "direct_touches": "drop",
    "code_policy": "fill_gap",
    "collapse_repeats": False,
    "half_life_hours": 168,
    "position_weights": [0.4, 0.2, 0.4],
    "markov_order": 1,
    "value_segment_thresholds": [100, 500],
}


def text(value: Any) -> str | None:
    """The value as text; null where there is nothing but blanks."""
    return None if value is None or not str(value).strip() else str(value)


def plain(value: Any) -> str | None:
    """Trimmed and in lower case, for comparisons without case."""
    found = text(value)
    return found.strip().lower() if found else None


def moment(value: Any) -> datetime | None:
    """An instant in UTC; without an offset it is UTC already."""
    found = text(value)
    if not found:
        return None
    at = datetime.fromisoformat(found)
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def exact(value: Any) -> Fraction:
    """An amount; nothing is 0."""
    return Fraction(Decimal(str(value))) if text(value) else Fraction(0)


def cents(amount: Fraction) -> int:
    """Whole cents, halves away from zero."""
    doubled = abs(amount) * 200
    return int((doubled + 1) // 2) * (1 if amount >= 0 else -1)


def read_csv(file: Path) -> list[dict[str, str | None]]:
    """Rows of a CSV file; empty cells are null."""
    with open(file, newline="", encoding="utf-8") as lines:
        return [{name: text(cell) for name, cell in row.items()} for row in csv.DictReader(lines)]


@dataclass
class Inputs:
    """One world: entities in their final versions, registry, settings."""

    clicks: list[Row]
    orders: list[Row]
    order_lines: list[Row]
    refunds: list[Row]
    contacts: list[Row]
    registry: dict[str, list[Row]]
    settings: dict[str, Any]
    rates: list[Row] = field(default_factory=lambda: list(read_csv(REFERENCE / "fx_rates.csv")))

    @classmethod
    def of(
        cls, world: Mapping[str, Iterable[Row]], registry: Mapping[str, list[Row]], variables: Row
    ) -> Inputs:
        """Duplicates and old versions left out."""
        settings = {**DEFAULTS, **variables}
        return cls(
            clicks=_events(world.get("clicks", [])),
            orders=_newest(world.get("orders", []), "order_id"),
            order_lines=_newest(world.get("order_lines", []), "line_id"),
            refunds=_newest(world.get("refunds", []), "refund_id"),
            contacts=_newest(world.get("contacts", []), "contact_id"),
            registry={
                name: [{k: text(v) for k, v in row.items()} for row in rows]
                for name, rows in registry.items()
            },
            settings=settings,
        )

    def rate(self, day: date, currency: str) -> Fraction:
        """Reporting currency for one unit, at the last rate known on that day."""
        into = self.settings["reporting_currency"].lower()
        currency = currency.strip().lower()
        if currency == into:
            return Fraction(1)
        return self._per_euro(day, into) / self._per_euro(day, currency)

    def _per_euro(self, day: date, currency: str) -> Fraction:
        if currency == "eur":
            return Fraction(1)
        for row in reversed(self.rates):
            known = date.fromisoformat(row["rate_date"])
            if known <= day and row[currency]:
                assert day - known <= timedelta(days=7), (day, currency)
                return exact(row[currency])
        raise AssertionError((day, currency))


def _events(rows: Iterable[Row]) -> list[Row]:
    """One event an id, the earliest; without an id one a distinct row."""
    kept: dict[Any, Row] = {}
    for row in rows:
        event = text(row.get("event_id"))
        key = event or tuple(sorted((name, str(value)) for name, value in row.items() if text(value)))
        if key not in kept or moment(row["event_at"]) < moment(kept[key]["event_at"]):  # type: ignore[operator]
            kept[key] = row
    return list(kept.values())


def _newest(rows: Iterable[Row], key: str) -> list[Row]:
    """One entity an id, the newest version."""
    kept: dict[Any, Row] = {}
    for row in rows:
        identity = str(row[key]).strip()
        if key == "line_id":
            identity = f"{row['order_id']}/{identity}"
        old = kept.get(identity)
        if old is None or (moment(row.get("updated_at")) or datetime.min) > (
            moment(old.get("updated_at")) or datetime.min
        ):
            kept[identity] = row
    return list(kept.values())


def campaign_of(inputs: Inputs, deliverable: str | None) -> str | None:
    """The campaign of a post, by its partnership."""
    posts = {row["deliverable_id"]: row["partnership_id"] for row in inputs.registry["deliverables"]}
    terms = {row["partnership_id"]: row["campaign_id"] for row in inputs.registry["partnerships"]}
    return terms.get(posts.get(deliverable))
