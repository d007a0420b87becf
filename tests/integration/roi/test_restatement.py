"""Late refunds and missing exchange rates, in a small world that dbt has really built."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from orchestration.lib.settings import Settings


@pytest.fixture
def connection(built_world: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse; what a test changes is rolled back."""
    with duckdb.connect(str(built_world.warehouse)) as connection:
        connection.execute("begin")
        try:
            yield connection
        finally:
            connection.execute("rollback")


@pytest.fixture
def rates(built_world: Settings) -> str:
    """The compiled query of `int_fx_rates`."""
    folder = built_world.dbt_target_dir / "compiled" / "influencer_roi" / "models" / "intermediate"
    return (folder / "orders" / "int_fx_rates.sql").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_refund_after_the_month_closed_restates_the_orders_day(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    late = connection.execute(
        """
        select count(*), min(refunds.refunded_at)::date, max(refunds.refunded_at)::date
        from staging.stg_shop__refunds as refunds
        inner join marts.fct_conversions as orders on refunds.order_id = orders.order_id
        where date_trunc('month', refunds.refunded_at) > date_trunc('month', orders.converted_at)
        """
    ).fetchall()[0]
    assert late[0] >= 3
    # By the order's day, in every model, net of what came back later; nothing on the refund's own day.
    differences = connection.execute(
        """
        with ordered as (
            select converted_at::date as day, sum(revenue) as revenue, sum(refunded_amount) as refunded
            from marts.fct_conversions where conversion_type = 'purchase' group by day
        ),
        credited as (
            select attribution_model, reporting_day as day, sum(attributed_revenue) as revenue
            from intermediate.int_credits_daily group by all
        )
        select * from credited full join ordered using (day)
        where credited.revenue is distinct from ordered.revenue
        """
    ).fetchall()
    assert differences == []
    # Commissions go back on the order's day too, and say when that was known.
    clawbacks = connection.execute(
        """
        select costs.amount, costs.incurred_on = orders.converted_at::date,
            costs.booked_on = refunds.refunded_at::date, costs.booked_on > costs.incurred_on
        from intermediate.int_influencer_costs as costs
        inner join staging.stg_shop__refunds as refunds on costs.cost_id = 'clawback:' || refunds.refund_id
        inner join marts.fct_conversions as orders on refunds.order_id = orders.order_id
        """
    ).fetchall()
    assert clawbacks
    assert all(row[0] < 0 and row[1:] == (True, True, True) for row in clawbacks)


@pytest.mark.slow
def test_a_missing_rate_is_the_last_one_for_seven_days_and_then_an_error(
    connection: duckdb.DuckDBPyConnection, rates: str
) -> None:
    # Only one order in a foreign currency, seven days after the last quote.
    day = date(2026, 1, 16)
    one = f"with needed as (select date '{day}' as used_on, 'EUR' as currency), was_needed as ("
    query = rates.replace("with needed as (", one, 1)
    assert query != rates
    quote = connection.execute(
        "select units_per_eur from staging.stg_reference__fx_rates where currency = 'USD' and rate_date = ?",
        [day - timedelta(days=7)],
    ).fetchall()[0][0]
    lost = "delete from seeds.fx_rates where rate_date::date > ? and rate_date::date <= ?"
    connection.execute(lost, [day - timedelta(days=7), day])
    found = connection.execute(query).fetchall()
    assert [(row[0], row[1], float(row[2])) for row in found] == [(day, "EUR", pytest.approx(float(quote)))]
    connection.execute(lost, [day - timedelta(days=8), day])
    with pytest.raises(duckdb.Error, match=f"No exchange rate from EUR to USD on {day}"):
        connection.execute(query).fetchall()
