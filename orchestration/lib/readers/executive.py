"""The executive's questions: what came back for what was spent, how that went, who is best, what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from orchestration.lib.readers.database import Reader, Table
from orchestration.lib.readers.filters import ALL_TIME, DAILY, Filters, condition
from orchestration.lib.readers.periods import by_period

PROGRAM = "mart_program_roi"
# The longest span that is shown by day, and by week; longer ones are shown by month.
DAILY_DAYS, WEEKLY_DAYS = 45, 400
COMPARED_DAYS = 28


@dataclass(frozen=True)
class Totals:
    """Sums over the chosen influencers and period, money in the reporting currency.

    Attributes:
        influencers: how many were chosen, also those without cost or sale.
        roi_low, roi_high: interval of the ROI; None for a period or a part of the influencers.
    """

    influencers: int
    revenue: Any
    cost: Any
    conversions: float
    new_customers: float
    roi_low: float | None = None
    roi_high: float | None = None

    @property
    def roi_pct(self) -> float | None:
        """(revenue - cost) / cost x 100; None where the cost is 0."""
        return float(self.revenue - self.cost) / float(self.cost) * 100 if self.cost else None

    @property
    def roas(self) -> float | None:
        """Revenue a unit of cost; None where the cost is 0."""
        return float(self.revenue) / float(self.cost) if self.cost else None

    @property
    def cpa(self) -> float | None:
        """Cost an order; None without orders."""
        return float(self.cost) / self.conversions if self.conversions else None

    @property
    def cac(self) -> float | None:
        """Cost a new customer; None without new customers."""
        return float(self.cost) / self.new_customers if self.new_customers else None


@dataclass(frozen=True)
class Change:
    """Two spans of the same length, the later one ending on the last day with data."""

    now: Filters
    before: Filters
    totals_now: Totals
    totals_before: Totals


def totals(reader: Reader, filters: Filters) -> Totals:
    """The sums; with their interval for all influencers over all time."""
    source = ALL_TIME if filters.is_all_time else DAILY
    reader.require(source, "attributed_revenue", "total_cost", "conversions", "new_customers")
    where = condition(filters, "rows", daily=source == DAILY)
    row = reader.query(
        f"""
        select
            count(distinct influencer_id),
            coalesce(sum(attributed_revenue), 0),
            coalesce(sum(total_cost), 0),
            coalesce(sum(conversions), 0)::double,
            coalesce(sum(new_customers), 0)::double
        from {source} as rows
        where {where.sql}
        """,
        where.parameters,
    ).rows[0]
    found = Totals(*row)
    if filters.is_all_time and filters.is_everybody and reader.has(PROGRAM, "roi_pct_low", "roi_pct_high"):
        bounds = reader.query(
            f"select roi_pct_low, roi_pct_high from {PROGRAM} where attribution_model = ?", [filters.model]
        ).rows
        if bounds:
            return replace(found, roi_low=bounds[0][0], roi_high=bounds[0][1])
    return found


def span(reader: Reader, filters: Filters) -> tuple[date, date] | None:
    """First and last day with a visit, an order or a cost; None when there is none."""
    reader.require(DAILY, "reporting_day")
    where = condition(filters, "rows", daily=True)
    first, last = reader.query(
        f"select min(reporting_day), max(reporting_day) from {DAILY} as rows where {where.sql}",
        where.parameters,
    ).rows[0]
    return (first, last) if first is not None else None


def grain(first: date, last: date) -> str:
    """`day`, `week` or `month`: about as many points as a chart can show."""
    days = (last - first).days
    return "day" if days <= DAILY_DAYS else "week" if days <= WEEKLY_DAYS else "month"


def trend(reader: Reader, filters: Filters, by: str) -> Table:
    """`period` (its first day), `attributed_revenue`, `total_cost` and `conversions`, without gaps."""
    where = condition(filters, "rows", daily=True)
    return by_period(reader, where, by, ("attributed_revenue", "total_cost", "conversions"))


def ranking(reader: Reader, filters: Filters, number: int) -> Table:
    """The best and the worst `number` influencers by ROI, the best first; those that cost nothing have none.

    Influencers with too few buyers for an interval (`is_sample_enough`) come after the others at both ends,
    for chance makes the extremes.
    """
    figures = _by_influencer(reader, filters)
    return reader.query(
        f"""
        with figures as ({figures.sql}),

        ranked as (
            select
                *,
                row_number() over (order by is_sample_enough desc, roi_pct desc, influencer_id) as best,
                row_number() over (order by is_sample_enough desc, roi_pct asc, influencer_id) as worst
            from figures
            where roi_pct is not null
        )

        select
            ranked.influencer_id,
            dim_influencers.influencer_name,
            ranked.attributed_revenue,
            ranked.total_cost,
            ranked.roi_pct,
            ranked.roi_pct_low,
            ranked.roi_pct_high,
            ranked.is_sample_enough
        from ranked
        inner join dim_influencers on ranked.influencer_id = dim_influencers.influencer_id
        where ranked.best <= $number or ranked.worst <= $number
        order by ranked.roi_pct desc, ranked.influencer_id
        """,
        figures.parameters | {"number": number},
    )


def silent(reader: Reader, filters: Filters) -> tuple[int, Any]:
    """How many of the chosen influencers cost something and have no credit at all, and what they cost."""
    figures = _by_influencer(reader, filters)
    row = reader.query(
        f"""
        select count(*), coalesce(sum(total_cost), 0)
        from ({figures.sql})
        where total_cost > 0 and attributed_revenue <= 0
        """,
        figures.parameters,
    ).rows[0]
    return row[0], row[1]


def change(reader: Reader, filters: Filters, days: int = COMPARED_DAYS) -> Change | None:
    """The last days with data against as many days before; None without data before them."""
    found = span(reader, replace(filters, since=None, until=filters.until))
    if found is None or (found[1] - found[0]).days < days:
        return None
    last = found[1]
    now = replace(filters, since=last - timedelta(days=days - 1), until=last)
    before = replace(filters, since=last - timedelta(days=2 * days - 1), until=last - timedelta(days=days))
    return Change(now, before, totals(reader, now), totals(reader, before))


def movers(reader: Reader, found: Change, number: int) -> Table:
    """The influencers whose revenue changed most between the two spans, the greatest change first."""
    where = condition(replace(found.now, since=found.before.since), "rows", daily=True)
    return reader.query(
        f"""
        with moved as (
            select
                influencer_id,
                coalesce(sum(attributed_revenue) filter (where reporting_day < $split), 0) as revenue_before,
                coalesce(sum(attributed_revenue) filter (where reporting_day >= $split), 0) as revenue_now,
                coalesce(sum(total_cost) filter (where reporting_day < $split), 0) as cost_before,
                coalesce(sum(total_cost) filter (where reporting_day >= $split), 0) as cost_now
            from {DAILY} as rows
            where {where.sql}
            group by influencer_id
        )

        select
            moved.influencer_id,
            dim_influencers.influencer_name,
            moved.revenue_before,
            moved.revenue_now,
            moved.revenue_now - moved.revenue_before as revenue_change,
            moved.cost_before,
            moved.cost_now
        from moved
        inner join dim_influencers on moved.influencer_id = dim_influencers.influencer_id
        where moved.revenue_now <> moved.revenue_before
        order by abs(revenue_change) desc, moved.influencer_id
        limit $number
        """,
        where.parameters | {"split": found.now.since, "number": number},
    )


@dataclass(frozen=True)
class _Figures:
    sql: str
    parameters: dict[str, Any]


def _by_influencer(reader: Reader, filters: Filters) -> _Figures:
    if filters.is_all_time:
        has_intervals = reader.has(ALL_TIME, "roi_pct_low", "roi_pct_high", "is_sample_enough")
        intervals = "roi_pct_low, roi_pct_high, is_sample_enough"
        where = condition(filters, "rows")
        return _Figures(
            f"""
            select influencer_id, attributed_revenue, total_cost, roi_pct,
                {intervals if has_intervals else NO_INTERVALS}
            from {ALL_TIME} as rows
            where {where.sql}
            """,
            where.parameters,
        )
    where = condition(filters, "rows", daily=True)
    return _Figures(
        f"""
        select
            influencer_id,
            sum(attributed_revenue) as attributed_revenue,
            sum(total_cost) as total_cost,
            (sum(attributed_revenue)::double / nullif(sum(total_cost), 0) - 1) * 100 as roi_pct,
            {NO_INTERVALS}
        from {DAILY} as rows
        where {where.sql}
        group by influencer_id
        """,
        where.parameters,
    )


NO_INTERVALS = "null::double as roi_pct_low, null::double as roi_pct_high, true as is_sample_enough"
