"""What public projects show of real systems: it loads, with the values that stand in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.ingestion import SHARED, Landing

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"the public fixtures are not at {SHARED}"),
]


def put(landing: Landing, folder: str, source: Path) -> None:
    landing.put(f"{folder}/{source.name}", source.read_bytes())


def test_a_real_access_log(landing: Landing):
    put(landing, "clicks/weblog", SHARED / "weblog" / "access_first_5000.log")
    result = landing.load().files[0]
    assert (result.rows, result.rows_quarantined, result.direct) == (5000, 0, True)
    first, last, names = landing.one(
        "select min(event_at), max(event_at), count(distinct event_name) from raw.clicks"
    )
    assert (first, names) == (datetime(2015, 5, 17, 10, 5, 0), 4)
    assert last > first
    assert landing.one("select count(*) from raw.clicks where page_url ilike '%utm_source=%'")[0] > 0
    assert landing.one("select count(*) from raw.clicks where visitor_id is null") == (0,)


def test_shopify_orders(landing: Landing):
    folder = SHARED / "shopify_api"
    for name in ("orders.json", "go_order.json", "go_orders.json", "refund.json"):
        put(landing, "orders/shopify_api", folder / name)
    landing.load()
    assert landing.quarantined() == []
    order = landing.record("from raw.orders where order_id = '450789469'")
    assert (order["subtotal"], order["discount_amount"], order["tax_amount"]) == (597, 10, Decimal("11.94"))
    assert (order["status"], order["currency"], order["customer_id"]) == ("paid", "USD", "207119551")
    assert (order["landing_url"], order["referrer_url"]) == (
        "http://www.example.com?source=abc", "http://www.otherexample.com",
    )  # fmt: skip
    assert landing.rows("select distinct status from raw.orders where order_id = '123456'") == [
        ("cancelled",)
    ]
    assert landing.one("select refund_id, order_id, amount from raw.refunds") == (
        "509562969",
        "450789469",
        209,
    )


def test_what_is_no_order_of_shopify_is_refused(landing: Landing):
    put(landing, "orders/shopify_api", SHARED / "shopify_api" / "graphql.json")
    assert landing.load().files[0].status == "quarantined"


def test_woocommerce_orders_and_refunds(landing: Landing):
    for source in sorted((SHARED / "woocommerce_api").glob("*.json")):
        put(landing, "orders/woocommerce", source)
    landing.load()
    refused = {file.path.rsplit("/")[-1].split("_")[0] for file in landing.report.quarantined}
    assert refused == {"coupons", "customers"}
    assert landing.rows(
        "select distinct order_id, status, subtotal, total_amount from raw.orders"
        " where order_id in ('727', '728') order by all"
    ) == [
        ("727", "paid", 18, Decimal("29.35")), ("728", "pending", 30, Decimal("62.25")),
    ]  # fmt: skip
    assert landing.rows("select distinct refund_id, order_id, amount from raw.refunds order by 1") == [
        ("724", "723", 9), ("726", "723", 10),
    ]  # fmt: skip


def test_hubspot_contacts(landing: Landing):
    for name in ("contacts.json", "contacts_with_history.json"):
        put(landing, "contacts/hubspot", SHARED / "hubspot_api" / name)
    put(landing, "contacts/hubspot", SHARED / "hubspot_fivetran" / "contact_data.csv")
    landing.load()
    assert landing.quarantined() == []
    assert landing.rows(
        "select contact_id from raw.contacts where merged_into_contact_id = '78971951' order by 1"
    ) == [("46897301",), ("76226001",), ("76340251",)]
    lead = landing.rows("select became_lead_at from raw.contacts where became_lead_at is not null")
    assert (datetime(2023, 6, 28, 13, 55, 47, 558000),) in lead
