"""dbt's data tests can fail: each finds its faults, put into a warehouse that passes them all."""

from __future__ import annotations

import duckdb
import pytest

SPANS = "intermediate.int_session_spans"
PEOPLE = "intermediate.int_linked_people"
PURCHASES = "intermediate.int_purchases"
CONVERSIONS = "intermediate.int_conversions"
# The table behind the sessions that are published.
VISITS = "intermediate.int_sessions"
JOURNEYS = "intermediate.int_journeys"
# The table behind the fact that is published.
SHAPLEY = "intermediate.int_credits__shapley"
CREDITS = "intermediate.int_purchase_credits"
ROI = "marts.mart_influencer_roi"
IN_DOLLARS = "currency = 'USD'"


def first(table: str, key: str, condition: str = "true") -> str:
    """A condition that only the row (or rows) with the smallest key meet."""
    return f"where {key} = (select min({key}) from {table} where {condition})"


# The faults that a test must find; rolled back afterwards.
FAULTS = {
    "assert_files_reconcile": [
        f"delete from raw.clicks {first('raw.clicks', 'event_key')}",
        "update raw.load_log set rows_quarantined = rows_quarantined + 1",
        "delete from raw.load_log where dataset = 'orders'",
    ],
    "assert_clicks_are_raw_less_duplicates": ["update staging.stg_web__duplicate_events set is_kept = true"],
    "assert_newest_versions_lose_nothing": [
        "create or replace view staging.stg_shop__refunds as"
        " select refund_id, order_id, refunded_at, amount from raw.refunds limit 1"
    ],
    "assert_no_orphans": ["delete from raw.orders where order_id in (select order_id from raw.refunds)"],
    "assert_keys_do_not_collide": [
        "update intermediate.int_visitors set other_identifier = 'visitor:somebody else'",
        "update intermediate.int_linked_identifiers set other_identifier = 'customer:somebody else'"
        f" {first('intermediate.int_linked_identifiers', 'identifier_key')}",
    ],
    "assert_edges_stay_within_a_person": [
        f"update {PEOPLE} set person_id = identifier_key::varchar, person_key = identifier_key",
        f"update {PEOPLE} set person_id = 'another name'"
        f" {first(PEOPLE, 'identifier_key', 'identifier_key <> person_key')}",
    ],
    "assert_events_are_in_sessions": [
        f"delete from {SPANS} {first(SPANS, 'session_key')}",
        f"delete from {VISITS} {first(VISITS, 'session_key')}",
        f"update {VISITS} set events = events + 1",
        f"update {SPANS} set events = events + 1",
    ],
    "assert_touches_are_visits": [
        "create or replace view intermediate.int_touchpoints as from intermediate.int_crm_touches",
        "create or replace view intermediate.int_touchpoints as"
        f" from {VISITS} where person_key is not null union all from {VISITS}",
    ],
    "assert_denied_consent_has_no_person": [
        f"update {VISITS} set person_key = 1, person_id = 'p' where visitor_key < 0",
        f"update {VISITS} set person_id = 'p' where visitor_key < 0",
        f"update {VISITS} set person_key = null, person_id = null where visitor_key >= 0",
        "alter view staging.stg_web__clicks rename to stg_web__right_clicks;"
        " create view staging.stg_web__clicks as"
        " select * replace (not is_consent_denied as is_consent_denied) from staging.stg_web__right_clicks",
    ],
    "assert_purchases_reconcile": [
        f"delete from {PURCHASES} {first(PURCHASES, 'order_id')}",
        f"update {PURCHASES} set revenue = revenue + 0.01 {first(PURCHASES, 'order_id', IN_DOLLARS)}",
    ],
    "assert_one_code_wins": [
        "update intermediate.int_order_codes set is_winning_claim = not is_winning_claim",
    ],
    "assert_journeys_are_in_order": [
        f"update {JOURNEYS} set touch_position = path_length - touch_position + 1",
        f"update {JOURNEYS} set touch_number = touch_number + 1",
        f"update {JOURNEYS} set hours_to_conversion = -0.000001",
        f"update {JOURNEYS} set hours_to_conversion = 2160.000001",
        f"update {JOURNEYS} set is_last_touch = false",
        f"update {JOURNEYS} set creditable_length = creditable_length + 1",
        f"insert into {JOURNEYS} from {JOURNEYS}",
    ],
    "assert_partnerships_narrow_the_window": [f"update {JOURNEYS} set hours_to_conversion = 721"],
    "assert_credit_adds_up": [
        f"update {SHAPLEY} set credit = credit - 0.00000001 {first(SHAPLEY, 'conversion_key')}",
        f"update {SHAPLEY} set attributed_revenue = 0.01 + attributed_revenue"
        f" {first(SHAPLEY, 'conversion_key')}",
        f"delete from {SHAPLEY} {first(SHAPLEY, 'conversion_key')}",
        f"update {JOURNEYS} set touched_at = (select converted_at + interval 1 microsecond from {CONVERSIONS}"
        f" where {CONVERSIONS}.conversion_key = {JOURNEYS}.conversion_key)",
        f"update {SHAPLEY} set touch_number = null where touch_number = 2",
        f"update {SHAPLEY} set touch_number = 1000000 where touch_number = 1",
        f"update {SHAPLEY} set touch_number = -1 where touch_number = 1",
        f"update {SHAPLEY} set touch_number = 1 where touch_number is null",
        f"update {SHAPLEY} set conversion_key = -conversion_key - 1",
        f"delete from {SHAPLEY}",
        f"update {JOURNEYS} set decay_before = decay_before + 0.00000001"
        f" {first(JOURNEYS, 'conversion_key', 'creditable_length > 1')} and creditable_position = 2",
        f"update {JOURNEYS} set creditable_length = creditable_length + 1",
        f"delete from {JOURNEYS} where touch_number = 1",
        f"update {CREDITS} set linear_cents = linear_cents + 1"
        f" {first(CREDITS, 'conversion_key', 'linear_cents is not null')}",
    ],
    "assert_facts_have_no_repeats": [
        # The test looks at keys that 16 divides.
        f"update {CONVERSIONS} set conversion_key = conversion_key - conversion_key % 16;"
        f" update {SHAPLEY} set conversion_key = conversion_key - conversion_key % 16;"
        f" insert into {SHAPLEY} from {SHAPLEY}",
    ],
    "assert_conversions_reconcile": [
        f"delete from {CONVERSIONS} {first(CONVERSIONS, 'conversion_id')}",
        "create or replace view marts.fct_sessions as from intermediate.int_sessions limit 1",
        f"create or replace view marts.fct_journeys as from {JOURNEYS} limit 1",
    ],
    "assert_registry_keys_are_known": [
        "delete from marts.dim_influencers",
        "delete from marts.dim_campaigns",
    ],
    "assert_no_personal_data": [
        f"update {VISITS} set landing_page = '/reset/jane.doe@mail.example'",
        f"update {VISITS} set content = 'jane@mail.example'",
    ],
    "assert_every_influencer_under_every_model": [
        f"delete from {ROI} where attribution_model = 'linear' and influencer_id = 'inf_2'",
    ],
    "sound_fct_conversions": [
        f"update {CONVERSIONS} set revenue = revenue + 0.01",
        f"update {CONVERSIONS} set person_id = null",
    ],
    "sound_fct_journeys": [f"update {JOURNEYS} set evidence = null"],
    "sound_fct_sessions": [
        f"insert into {VISITS} from {VISITS} limit 1",
        f"update {VISITS} set ended_at = started_at - interval 1 microsecond",
        f"update {VISITS} set medium = null",
    ],
    "sound_conversion_events": [
        "update seeds.conversion_events set kind = 'tiny'",
        "update seeds.conversion_events set count_per = null",
    ],
    "sound_recommendation_rules": [
        "insert into seeds.recommendation_rules from seeds.recommendation_rules limit 1",
        "update seeds.recommendation_rules set rule_id = 'one'",
    ],
    "sound_mart_influencer_roi": [f"update {ROI} set roi_pct = null"],
    "sound_mart_budget_plan": [
        "update marts.mart_budget_plan set planned_spend = planned_spend + 0.01",
        "update marts.mart_budget_plan set planned_spend = most_spend + 1, unallocated = -1",
        "update marts.mart_budget_plan set elasticity = 1",
    ],
    "sound_mart_patterns": [
        "update marts.mart_patterns set dimension = 'follower'",
        "update marts.mart_patterns set pooled = 1, pooled_low = 2, pooled_high = 3, verdict = 'better'",
    ],
    "sound_mart_order_evidence": ["update marts.mart_order_evidence set evidence_class = 'both'"],
}
CASES = [
    pytest.param(name, fault, id=f"{name}-{number}")
    for name, faults in FAULTS.items()
    for number, fault in enumerate(faults, start=1)
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault"), CASES)
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
