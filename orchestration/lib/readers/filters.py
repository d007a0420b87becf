"""What a page is about: a model, a period, and which influencers; the same in every query of the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

DAILY = "mart_influencer_roi_daily"
ALL_TIME = "mart_influencer_roi"


@dataclass(frozen=True)
class Filters:
    """A choice of the reader's; empty tuples choose everything.

    Attributes:
        since, until: first and last day of the period, both included; None for all time.
    """

    model: str
    since: date | None = None
    until: date | None = None
    tiers: tuple[str, ...] = ()
    niches: tuple[str, ...] = ()

    @property
    def is_all_time(self) -> bool:
        """True without a period. Only then are there intervals: they are estimated over all of it."""
        return self.since is None and self.until is None

    @property
    def is_everybody(self) -> bool:
        """True when no influencer is left out."""
        return not self.tiers and not self.niches


@dataclass
class Condition:
    """The `where` of a query, and its parameters."""

    parts: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """A condition that is never empty."""
        return " and ".join(self.parts) or "true"


def condition(filters: Filters, alias: str, daily: bool = False) -> Condition:
    """Rows of the model, of the chosen influencers, and of the period where the rows are days."""
    made = Condition([f"{alias}.attribution_model = $model"], {"model": filters.model})
    chosen = influencers(filters)
    if chosen.parts:
        made.parts.append(
            f"{alias}.influencer_id in (select influencer_id from dim_influencers where {chosen.sql})"
        )
        made.parameters |= chosen.parameters
    if daily:
        for name, comparison, value in (("since", ">=", filters.since), ("until", "<=", filters.until)):
            if value is not None:
                made.parts.append(f"{alias}.reporting_day {comparison} ${name}")
                made.parameters[name] = value
    return made


def influencers(filters: Filters) -> Condition:
    """Rows of `dim_influencers` that are chosen."""
    made = Condition()
    for column, values in (("tier", filters.tiers), ("niche", filters.niches)):
        if values:
            made.parts.append(f"list_contains(${column}, {column})")
            made.parameters[column] = list(values)
    return made
