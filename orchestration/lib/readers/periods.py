"""Sums of the daily mart by day, week or month, without gaps."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.lib.readers.database import Reader, Table
from orchestration.lib.readers.filters import DAILY, Condition


def by_period(reader: Reader, where: Condition, by: str, measures: Sequence[str]) -> Table:
    """`period` (its first day) and each measure, from the first to the last period with a row; 0 between."""
    reader.require(DAILY, "reporting_day", *measures)
    return reader.query(
        f"""
        with periods as (
            select
                date_trunc('{by}', reporting_day)::date as period,
                {", ".join(f"sum({measure}) as {measure}" for measure in measures)}
            from {DAILY} as rows
            where {where.sql} and reporting_day is not null
            group by period
        ),

        calendar as (
            select unnest(generate_series(min(period), max(period), interval 1 {by}))::date as period
            from periods
        )

        select
            calendar.period,
            {", ".join(f"coalesce(periods.{measure}, 0) as {measure}" for measure in measures)}
        from calendar
        left join periods on calendar.period = periods.period
        order by calendar.period
        """,
        where.parameters,
    )
