"""Extremes go through the whole build, its own tests included, and come out as what they are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.settings import Settings
from tests.support.hostile_world import IDS, TIMES, write_hostile_world
from tests.support.warehouse import build, settings_for
from tests.support.world import write_registry

pytestmark = pytest.mark.slow

EVENTS, ORDERS = 20_000, 400
KNOWN_TIMES = [instant for _, instant in TIMES if instant]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Built in a time zone that changes its clocks; an AssertionError names the dbt tests that failed."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    write_registry(folder / "registry")
    variables = '{"reporting_timezone": "Europe/Berlin", "max_quarantine_share": 1}'
    settings: Settings = settings_for(folder / "landing", folder / "registry", folder / "data", variables)
    write_hostile_world(settings.landing, EVENTS, ORDERS)
    build(settings, ["build", "--exclude-resource-type", "unit_test"])
    return duckdb.connect(str(settings.warehouse), read_only=True)


def rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return warehouse.execute(sql).fetchall()


def test_only_what_is_out_of_the_years_taken_is_in_quarantine(warehouse: duckdb.DuckDBPyConnection) -> None:
    lost = "select dataset, column_name, count(*) from raw.quarantine group by all order by all"
    unknown = len(TIMES) - len(KNOWN_TIMES)
    assert rows(warehouse, lost) == [("clicks", "event_at", unknown), ("orders", "ordered_at", unknown)]


def test_every_event_is_in_one_session(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected = EVENTS + EVENTS // 10 + len(IDS) + len(KNOWN_TIMES)
    assert rows(warehouse, "select sum(events) from intermediate.int_session_spans") == [(expected,)]
    # Twenty seconds apart without end: only campaigns cut the visit.
    whale = """
        select count(*), sum(page_views) from marts.fct_sessions
        where person_id = (select person_id from marts.fct_conversions where order_id = 'whale 0')
    """
    assert rows(warehouse, whale) == [(1, EVENTS)]


def test_every_order_is_a_conversion_of_its_own_person(warehouse: duckdb.DuckDBPyConnection) -> None:
    whale = (
        "select count(*), count(distinct person_id) from marts.fct_conversions where order_id like 'whale%'"
    )
    assert rows(warehouse, whale) == [(ORDERS, 1)]
    others = """
        select count(*), count(distinct person_id) from marts.fct_conversions
        where order_id is not null and order_id not like 'whale%'
    """
    # All odd ids say that they bought `undefined`, which somebody else did.
    assert rows(warehouse, others) == [(len(IDS) + 1 + len(KNOWN_TIMES),) * 2]
    found = {str(order) for (order,) in rows(warehouse, "select order_id from marts.fct_conversions")}
    # A NUL has no place in a text of a database; what it is replaced by is the loader's to say.
    assert {each for each in IDS if "\0" not in each} <= found


def test_instants_are_what_their_offsets_say(warehouse: duckdb.DuckDBPyConnection) -> None:
    times = (
        "select cast(ordered_at as varchar) from raw.orders where order_id like 'time%' order by ordered_at"
    )
    assert [time for (time,) in rows(warehouse, times)] == sorted(KNOWN_TIMES)


def test_large_money_adds_up_under_every_model(warehouse: duckdb.DuckDBPyConnection) -> None:
    revenue = Decimal("18.88") * ORDERS + Decimal(10**12) * len(KNOWN_TIMES) + 5 * (len(IDS) + 1)
    by_model = """
        select count(distinct attribution_model), min(revenue), max(revenue)
        from (
            select attribution_model, sum(attributed_revenue) as revenue
            from marts.fct_attribution group by attribution_model
        )
    """
    assert rows(warehouse, by_model) == [(14, revenue, revenue)]
