"""dbt's data tests can fail: each finds the fault that it is there for, put into a warehouse that passes them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.settings import Settings

# Test, and the fault: statements that are rolled back afterwards.
FAULTS: list[tuple[str, str]] = [
    ("assert_files_reconcile", "delete from raw.clicks where event_key = (select min(event_key) from raw.clicks)"),
    ("assert_files_reconcile", "update raw.load_log set rows_quarantined = rows_quarantined + 1"),
    ("assert_files_reconcile", "delete from raw.load_log where dataset = 'orders'"),
    ("assert_clicks_are_raw_less_duplicates", "update staging.stg_web__duplicate_events set is_kept = true"),
    (
        "assert_newest_versions_lose_nothing",
        "create or replace view staging.stg_shop__refunds as"
        " select refund_id, order_id, refunded_at, amount from raw.refunds limit 1",
    ),
    ("assert_no_orphans", "delete from raw.orders where order_id in (select order_id from raw.refunds)"),
    (
        "assert_keys_do_not_collide",
        "update intermediate.int_session_entries set visitor_identifier = 'visitor:somebody else' where session_key in"
        " (select max(session_key) from intermediate.int_session_entries where not is_consent_denied"
        " group by visitor_key having count(*) > 1)",
    ),
    (
        "assert_keys_do_not_collide",
        "update intermediate.int_identity_links set customer_key = 1 where customer_key is not null",
    ),
    (
        "assert_edges_stay_within_a_person",
        "update intermediate.int_person_identifiers set person_id = identifier_key::varchar, person_key = identifier_key",
    ),
    (
        "assert_edges_stay_within_a_person",
        "update intermediate.int_person_identifiers set person_id = 'another name' where identifier_key ="
        " (select max(identifier_key) from intermediate.int_person_identifiers where identifier_key <> person_key)",
    ),
    (
        "assert_events_are_in_sessions",
        "delete from intermediate.int_session_entries where session_key ="
        " (select min(session_key) from intermediate.int_session_entries)",
    ),
    ("assert_events_are_in_sessions", "update intermediate.int_session_entries set events = events + 1"),
    (
        "assert_denied_consent_has_no_person",
        "insert into intermediate.int_person_identifiers (identifier_type, identifier_key, person_key, person_id)"
        " select distinct 'visitor', visitor_key, visitor_key, 'p' from intermediate.int_session_entries"
        " where is_consent_denied",
    ),
    (
        "assert_denied_consent_has_no_person",
        "delete from intermediate.int_person_identifiers where identifier_type = 'visitor'",
    ),
    (
        "assert_purchases_reconcile",
        "delete from intermediate.int_purchases where order_id = (select min(order_id) from intermediate.int_purchases)",
    ),
    (
        "assert_purchases_reconcile",
        "update intermediate.int_purchases set revenue = revenue + 0.01 where order_id ="
        " (select min(order_id) from intermediate.int_purchases where currency = 'USD')",
    ),
    ("assert_one_code_wins", "update intermediate.int_order_codes set is_winning_claim = not is_winning_claim"),
    ("assert_journeys_are_in_order", "update intermediate.int_journeys set touch_position = path_length - touch_position + 1"),
    ("assert_journeys_are_in_order", "update intermediate.int_journeys set hours_to_conversion = -0.000001"),
    ("assert_journeys_are_in_order", "update intermediate.int_journeys set hours_to_conversion = 2160.000001"),
    ("assert_journeys_are_in_order", "update intermediate.int_journeys set is_last_touch = false"),
    ("assert_journeys_are_in_order", "update intermediate.int_journeys set creditable_length = creditable_length + 1"),
    ("assert_journeys_are_in_order", "insert into intermediate.int_journeys from intermediate.int_journeys"),
    ("assert_partnerships_narrow_the_window", "update intermediate.int_journeys set hours_to_conversion = 721"),
    (
        "assert_credit_adds_up",
        "update marts.fct_attribution__linear set credit = credit - 0.00000001 where conversion_id ="
        " (select min(conversion_id) from marts.fct_attribution__linear)",
    ),
    (
        "assert_credit_adds_up",
        "update marts.fct_attribution__linear set attributed_revenue = attributed_revenue + 0.01 where conversion_id ="
        " (select min(conversion_id) from marts.fct_attribution__linear)",
    ),
    (
        "assert_credit_adds_up",
        "delete from marts.fct_attribution__hybrid where conversion_id ="
        " (select min(conversion_id) from marts.fct_attribution__hybrid)",
    ),
    (
        "assert_credit_adds_up",
        "update marts.fct_attribution__first_touch set touched_at = converted_at + interval 1 microsecond",
    ),
    ("assert_credit_adds_up", "update marts.fct_attribution__first_touch set channel = '(unattributed)'"),
    (
        "assert_facts_have_no_repeats",
        "update marts.fct_attribution__linear set person_id = '0' || person_id;"
        " insert into marts.fct_attribution__linear from marts.fct_attribution__linear",
    ),
    (
        "assert_conversions_reconcile",
        "delete from marts.fct_conversions where conversion_id = (select min(conversion_id) from marts.fct_conversions)",
    ),
    ("assert_conversions_reconcile", "delete from marts.fct_sessions"),
    ("assert_conversions_reconcile", "insert into marts.fct_journeys from marts.fct_journeys"),
    ("assert_registry_keys_are_known", "delete from marts.dim_influencers"),
    ("assert_registry_keys_are_known", "delete from marts.dim_campaigns"),
    ("assert_no_personal_data", "update marts.fct_sessions set landing_page = '/reset/jane.doe@mail.example'"),
    ("assert_no_personal_data", "update marts.fct_sessions set content = 'jane@mail.example'"),
    (
        "assert_every_influencer_under_every_model",
        "delete from marts.mart_influencer_roi where attribution_model = 'linear' and influencer_id = 'inf_2'",
    ),
    ("unique_combination_fct_sessions_session_id", "insert into marts.fct_sessions from marts.fct_sessions limit 1"),
    ("rules_fct_conversions", "update marts.fct_conversions set revenue = revenue + 0.01"),
    ("rules_fct_sessions", "update marts.fct_sessions set ended_at = started_at - interval 1 microsecond"),
    ("rules_mart_influencer_roi", "update marts.mart_influencer_roi set roi_pct = null"),
    ("rules_mart_order_evidence", "update marts.mart_order_evidence set evidence_class = 'both'"),
]


@pytest.fixture(scope="module")
def queries(built_world: Settings) -> dict[str, str]:
    """The compiled SQL of every data test, by name."""
    folder = built_world.dbt_target_dir / "compiled" / "influencer_roi"
    return {file.stem: file.read_text(encoding="utf-8") for file in _sql_files(folder)}


def _sql_files(folder: Path) -> Iterator[Path]:
    yield from (file for file in folder.rglob("*.sql") if "models" not in file.parts or ".yml" in str(file.parent))


@pytest.fixture(scope="module")
def connection(built_world: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_world.warehouse)) as connection:
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(FAULTS)])
def test_a_data_test_finds_its_fault(
    queries: dict[str, str], connection: duckdb.DuckDBPyConnection, name: str, fault: str
) -> None:
    assert connection.execute(queries[name]).fetchall() == []
    connection.execute("begin")
    try:
        connection.execute(fault)
        assert connection.execute(queries[name]).fetchall()
    finally:
        connection.execute("rollback")
