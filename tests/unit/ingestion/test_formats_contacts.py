"""Contacts of the CRMs: any header order and language, merges, and ids that agree."""

from __future__ import annotations

import json
from datetime import datetime

from orchestration.lib.ingestion.privacy import hash_email
from tests.support.ingestion import HASH_KEY, Landing
from tests.unit.ingestion.test_formats import put_example

ANN = hash_email("ann@example.com", HASH_KEY)


def load(landing: Landing, name: str) -> dict[str, dict]:
    path = put_example(landing, name)
    assert landing.result(path, landing.load()).rows_quarantined == 0
    cursor = landing.con.execute("from raw.contacts order by contact_id")
    names = [column[0] for column in cursor.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def test_hubspot_csv(landing: Landing):
    found = load(landing, "contacts-hubspot.csv")
    assert list(found) == ["101", "102", "55", "56"]
    ann = found["101"]
    assert (ann["email_hash"], ann["lifecycle_stage"], ann["lead_source"]) == (ANN, "customer", "Paid Social")
    assert (ann["created_at"], ann["updated_at"]) == (datetime(2024, 1, 2, 9, 30), datetime(2024, 3, 2, 8))
    assert (ann["became_lead_at"], ann["became_customer_at"]) == (
        datetime(2024, 1, 2, 9, 30), datetime(2024, 3, 1, 10),
    )  # fmt: skip
    assert (ann["marketing_consent"], found["102"]["marketing_consent"]) == ("false", None)
    assert (ann["country"], ann["first_touch_at"]) == ("Germany", datetime(2023, 12, 30, 20))
    assert ann["first_touch_url"] == "https://shop.example/?utm_source=instagram"
    assert json.loads(ann["extra"]) == {"Favourite colour": "blue"}


def test_hubspot_merges_become_contacts_that_name_their_winner(landing: Landing):
    found = load(landing, "contacts-hubspot.csv")
    assert [found[id]["merged_into_contact_id"] for id in ("55", "56", "101", "102")] == [
        "101",
        "101",
        None,
        None,
    ]
    assert found["55"]["_version_at"] == found["101"]["_version_at"] == datetime(2024, 3, 2, 8)
    assert found["55"]["email_hash"] is None


def test_hubspot_csv_in_another_language_and_order(landing: Landing):
    (ann,) = load(landing, "contacts-hubspot.de.csv").values()
    assert (ann["contact_id"], ann["email_hash"], ann["country"]) == ("101", ANN, "Deutschland")
    assert (ann["lifecycle_stage"], ann["updated_at"]) == ("Kunde", datetime(2024, 3, 2, 8))
    assert ann["extra"] is None, "a family name is nothing to keep"


def test_hubspot_api(landing: Landing):
    found = load(landing, "contacts-hubspot.json")
    assert list(found) == ["101", "102", "55", "56"]
    ann, other = found["101"], found["102"]
    assert (ann["email_hash"], ann["lead_source"], ann["marketing_consent"]) == (ANN, "PAID_SOCIAL", "true")
    assert ann["created_at"] == datetime(2024, 1, 2, 9, 30, 0, 123000)
    assert (ann["became_customer_at"], ann["first_touch_at"]) == (
        datetime(2024, 3, 1, 10), datetime(2023, 12, 30, 20),
    )  # fmt: skip
    assert (other["created_at"], other["updated_at"]) == (datetime(2024, 1, 3, 10), datetime(2024, 1, 4, 10))
    assert json.loads(ann["extra"]) == {"shoe_size": "40"}
    assert landing.report.files[0].new_columns == ("shoe_size",)


def test_hubspot_calculated_merges_have_times_behind_their_ids(landing: Landing):
    landing.load_one(
        "contacts/hubspot/c.json",
        json.dumps(
            {"id": "1", "createdAt": "2024-01-01", "properties": {"hs_calculated_merged_vids": "7:170;8:171"}}
        ),
    )
    assert landing.rows("select contact_id from raw.contacts order by 1") == [("1",), ("7",), ("8",)]


def test_dates_that_could_be_two_days_are_refused(landing: Landing):
    landing.load_one("contacts/hubspot/c.csv", "Record ID,Create Date\n1,03/04/2024\n2,2024-04-03\n")
    assert landing.quarantined() == [(2, "created_at", "created_at: not a time (expected ISO-8601)")]


def test_of_two_headers_for_one_column_the_better_name_wins(landing: Landing):
    landing.load_one("contacts/hubspot/c.csv", "Contact ID,hs_object_id,Create Date\n7,8,2024-01-01\n")
    assert landing.one("select contact_id, extra from raw.contacts") == ("8", '{"Contact ID":"7"}')


def test_one_header_twice_is_refused(landing: Landing):
    result = landing.load_one("contacts/hubspot/c.csv", "Record ID,record id,Create Date\n7,8,2024-01-01\n")
    assert (result.status, result.reason) == ("quarantined", "the header has the column record id twice")


def test_salesforce_leads(landing: Landing):
    found = load(landing, "contacts-salesforce.csv")
    ann, gone = found["00Q5e00000AbCdEEAV"], found["00Q5e00000AbCdFEAV"]
    assert (ann["email_hash"], ann["lifecycle_stage"], ann["lead_source"]) == (ANN, "converted", "Web")
    assert (ann["became_lead_at"], ann["became_customer_at"]) == (
        datetime(2024, 1, 2, 9, 30),
        datetime(2024, 3, 1),
    )
    assert ann["merged_into_contact_id"] == "0035e00000XyZabAAF"
    assert ann["updated_at"] == datetime(2024, 3, 1, 10, 0, 1)
    assert json.loads(ann["extra"])["Rating__c"] == "Hot"
    assert (gone["lifecycle_stage"], gone["merged_into_contact_id"]) == (
        "Open - Not Contacted", "00Q5e00000AbCdEEAV",
    )  # fmt: skip
    assert (ann["marketing_consent"], gone["marketing_consent"]) == (None, "false")


def test_salesforce_contacts_of_a_report_get_the_long_id_of_the_api(landing: Landing):
    (ann,) = load(landing, "contacts-salesforce.report.csv").values()
    assert ann["contact_id"] == "0035e00000XyZabAAF"
    assert (ann["lifecycle_stage"], ann["became_lead_at"]) == ("contact", None)
    assert (ann["email_hash"], ann["country"]) == (ANN, "Germany")
