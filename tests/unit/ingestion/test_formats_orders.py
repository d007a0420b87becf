"""Orders of the shops: money before discounts, codes in order, refunds of goods, no personal data."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from orchestration.lib.ingestion.privacy import hash_email
from tests.support.ingestion import HASH_KEY, Landing
from tests.unit.ingestion.test_formats import DATA, put_example

ANN = hash_email("ann@example.com", HASH_KEY)
MTIME = 1_710_000_000
LINES = "select order_id, line_id, product_id, quantity, amount from raw.order_lines order by line_id"


def load(landing: Landing, name: str) -> dict[str, dict]:
    path = put_example(landing, name, MTIME)
    assert landing.result(path, landing.load()).rows_quarantined == 0
    return orders(landing)


def orders(landing: Landing) -> dict[str, dict]:
    cursor = landing.con.execute("from raw.orders order by order_id")
    names = [column[0] for column in cursor.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def test_shopify_csv_orders(landing: Landing):
    found = load(landing, "orders-shopify_csv.csv")
    assert list(found) == ["5001", "5002", "5003"]
    first = found["5001"]
    assert first["ordered_at"] == datetime(2024, 3, 1, 15)
    assert (first["email_hash"], first["customer_id"], first["visitor_id"]) == (ANN, None, "v-77")
    assert (first["status"], first["currency"]) == ("paid", "USD")
    assert (first["subtotal"], first["discount_amount"]) == (Decimal(100), Decimal(10))
    assert (first["shipping_amount"], first["tax_amount"], first["total_amount"]) == (5, 8, 103)
    assert first["discount_codes"] == "ANNA10|VIP"
    assert (first["landing_url"], first["survey_answer"]) == ("/tee?utm_source=instagram", "a podcast")
    assert (found["5002"]["status"], found["5003"]["status"]) == ("paid", "cancelled")
    assert (first["updated_at"], first["_version_at"]) == (None, datetime(2024, 3, 9, 16))
    stored = str(found)
    assert "Main St" not in stored and "Other" not in stored and "555" not in stored
    assert json.loads(first["extra"])["name"] == "#1001"


def test_shopify_csv_lines_and_refunds(landing: Landing):
    load(landing, "orders-shopify_csv.csv")
    assert landing.rows(LINES) == [
        ("5001", "5001-1", "SKU-1", 2, 50), ("5001", "5001-2", "SKU-2", 1, 50),
        ("5002", "5002-1", "Cap", 1, 20), ("5003", "5003-1", "Cap", 1, 20),
    ]  # fmt: skip
    # The second was cancelled: its refund is dated by that, and leaves out what was paid for shipping.
    assert landing.rows("select refund_id, order_id, refunded_at, amount from raw.refunds order by 1") == [
        ("5002-export-refund", "5002", datetime(2024, 3, 1, 16), Decimal("7.5")),
        ("5003-export-refund", "5003", datetime(2024, 3, 2, 17), Decimal("20")),
    ]


def test_shopify_csv_without_ids_names_orders_by_their_name(landing: Landing):
    text = DATA.joinpath("orders-shopify_csv.csv").read_text().replace(",Id,", ",Other,")
    landing.load_one("orders/shopify_csv/o.csv", text)
    assert list(orders(landing)) == ["1001", "1002", "1003"]
    assert landing.one("select count(*) from raw.order_lines where order_id = '1001'") == (2,)


SHOPIFY_STATUS = {
    "paid": "paid", "partially_refunded": "paid", "refunded": "refunded", "pending": "pending",
    "authorized": "pending", "partially_paid": "pending", "voided": "cancelled", "expired": "cancelled",
    "": None,
}  # fmt: skip
SHORT = "Name,Financial Status,Currency,Subtotal,Created at,Lineitem quantity,Lineitem price,Total\n"


def test_shopify_csv_statuses(landing: Landing):
    rows = "".join(f"#{i},{status},USD,1,2024-01-01,1,1,1\n" for i, status in enumerate(SHOPIFY_STATUS))
    landing.load_one("orders/shopify_csv/o.csv", SHORT + rows + "#99,lost,USD,1,2024-01-01,1,1,1\n")
    assert [order["status"] for order in orders(landing).values()] == list(SHOPIFY_STATUS.values())
    assert [row[1] for row in landing.quarantined()] == ["status"]


def test_lines_of_a_shopify_order_load_together_or_not_at_all(landing: Landing):
    landing.load_one(
        "orders/shopify_csv/o.csv",
        SHORT
        + "#1,paid,USD,1,2024-01-01,1,1,1\n#1,,,,,1,-5,\n#1,,,,,2,1,\n"
        + "#2,paid,USD,1,2024-01-01,1,1,1\n#2,,,,,1,x,\n"
        + "#3,paid,USD,1,2024-01-01,1,1,1\n"
        + "#4,,,,,1,1,\n",
    )
    assert list(orders(landing)) == ["3"]
    assert landing.one("select count(*) from raw.order_lines") == (1,)
    assert landing.quarantined() == [
        (2, None, "belongs to #1, of which another line has a problem"),
        (3, "Lineitem price", "Lineitem price: negative money"),
        (4, None, "belongs to #1, of which another line has a problem"),
        (5, None, "belongs to #2, of which another line has a problem"),
        (6, "Lineitem price", "Lineitem price: not a decimal number of at most 4 places"),
        (8, "Name", "line of an order whose first line is not in this file"),
    ]


def test_an_order_that_stands_twice_in_an_export_is_not_added_up(landing: Landing):
    order = "#1,paid,USD,2,2024-01-01,1,1,2\n#1,,,,,1,1,\n"
    landing.load_one("orders/shopify_csv/o.csv", SHORT + order + "#2,paid,USD,1,2024-01-01,1,1,1\n" + order)
    lines = landing.rows("select distinct line_id from raw.order_lines where order_id = '1' order by 1")
    assert lines == [("1-1",), ("1-2",)]


def test_shopify_rest(landing: Landing):
    found = load(landing, "orders-shopify_api.json")
    first = found["5001"]
    assert (first["email_hash"], first["customer_id"], first["visitor_id"]) == (ANN, "207", "v-77")
    assert first["survey_answer"] == "a podcast"
    assert (first["ordered_at"], first["updated_at"]) == (datetime(2024, 3, 1, 15), datetime(2024, 3, 3, 15))
    assert (first["subtotal"], first["discount_amount"], first["tax_amount"]) == (100, 15, 8)
    assert (first["shipping_amount"], first["total_amount"]) == (10, 98)
    assert first["discount_codes"] == "ANNA10|FREESHIP|anna10x"
    assert (first["landing_url"], first["referrer_url"]) == (
        "/tee?utm_source=instagram", "https://l.instagram.com/",
    )  # fmt: skip
    assert "203.0.113" not in str(found)


def test_shopify_prices_with_tax_lose_it_and_test_orders_count_nowhere(landing: Landing):
    found = load(landing, "orders-shopify_api.json")
    assert (found["5002"]["subtotal"], found["5002"]["status"]) == (100, "refunded")
    assert found["5003"]["status"] == "cancelled"


def test_shopify_rest_lines_and_refunds_carry_the_version_of_their_order(landing: Landing):
    load(landing, "orders-shopify_api.json")
    version = datetime(2024, 3, 3, 15)
    assert landing.rows(
        "select line_id, product_id, quantity, amount, _version_at from raw.order_lines"
        " where order_id = '5001' order by 1"
    ) == [("1", "11", 2, 50, version), ("2", "SKU-2", 1, 50, version)]
    # The first refund is worth its lines, the second, without lines, the money that went back.
    assert landing.rows(
        "select refund_id, order_id, refunded_at, amount, _version_at from raw.refunds order by amount"
    ) == [
        ("10", "5001", datetime(2024, 3, 3, 15), Decimal("3"), version),
        ("9", "5001", datetime(2024, 3, 2, 15), Decimal("21.25"), version),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["orders-shopify_api.graphql.json", "orders-shopify_api.bulk.jsonl"])
def test_shopify_graphql_and_bulk_operations_say_the_same_as_rest(landing: Landing, name: str):
    (first,) = load(landing, name).values()
    assert (first["order_id"], first["customer_id"], first["visitor_id"]) == ("5001", "207", "v-77")
    assert (first["status"], first["currency"], first["email_hash"]) == ("paid", "USD", ANN)
    assert (first["subtotal"], first["discount_amount"], first["total_amount"]) == (100, 15, 103)
    assert (first["discount_codes"], first["updated_at"]) == ("ANNA10|VIP", datetime(2024, 3, 3, 15))
    assert first["landing_url"] == "https://shop.example/tee?utm_source=instagram"
    line = "select order_id, line_id, product_id, product_category, quantity, amount, unit_cost"
    assert landing.one(f"{line} from raw.order_lines") == (
        "5001",
        "1",
        "11",
        "Shirts",
        4,
        100,
        Decimal("9.5"),
    )
    assert landing.one("select refund_id, order_id, amount from raw.refunds") == (
        "9",
        "5001",
        Decimal("21.25"),
    )


def test_a_broken_order_of_a_document_costs_that_order(landing: Landing):
    good = {"id": 1, "created_at": "2024-01-01", "currency": "USD", "total_line_items_price": "5.00"}
    broken = [
        good | {"id": 2, "total_line_items_price": "-5.00"},
        good | {"id": 3, "currency": "ZZZ", "line_items": [{"id": 9, "quantity": 1, "price": "x"}]},
        {"id": 4, "title": "a product"},
        good | {"id": 5, "total_line_items_price": "much"},
    ]
    result = landing.load_one("orders/shopify_api/o.json", json.dumps({"orders": [good, *broken]}, indent=0))
    assert (result.rows_read, result.rows, result.rows_quarantined) == (5, 1, 4)
    assert [row[1:] for row in landing.quarantined()] == [
        ("total_line_items_price", "total_line_items_price: negative money"),
        (
            "currency, amount",
            "currency: unknown currency (expected an ISO 4217 code); amount: not a decimal number",
        ),
        (None, "not an order, a refund or a line item of Shopify's Admin API"),
        ("total_line_items_price", "total_line_items_price: not a decimal number of at most 4 places"),
    ]
    assert landing.one("select count(*) from raw.order_lines") == (0,)


def test_woocommerce(landing: Landing):
    found = load(landing, "orders-woocommerce.json")
    first, guest = found["727"], found["728"]
    assert (first["ordered_at"], first["updated_at"]) == (datetime(2024, 3, 1, 10), datetime(2024, 3, 2, 10))
    assert (first["email_hash"], first["customer_id"], guest["customer_id"]) == (ANN, "26", None)
    assert (first["status"], guest["status"]) == ("paid", "pending")
    assert (first["subtotal"], first["discount_amount"]) == (100, 12)
    assert (first["shipping_amount"], first["tax_amount"], first["total_amount"]) == (
        Decimal("4.9"), Decimal("17.65"), Decimal("110.55"),
    )  # fmt: skip
    assert (first["discount_codes"], guest["discount_codes"]) == ("anna10|vip", None)
    assert first["landing_url"] == "https://shop.example/?utm_source=youtube"
    assert (first["referrer_url"], first["survey_answer"]) == ("https://youtube.com/", "YouTube")
    assert "203.0.113" not in str(found)
    assert landing.rows(LINES) == [
        ("727", "315", "93", 2, 80), ("727", "316", "22", 1, 20), ("728", "317", "22", 1, 20),
    ]  # fmt: skip


def test_woocommerce_refunds_of_orders_and_of_their_own_endpoint(landing: Landing):
    put_example(landing, "orders-woocommerce.json", MTIME)
    put_example(landing, "orders-woocommerce.refunds.json", MTIME)
    landing.load()
    assert landing.rows(
        "select refund_id, order_id, refunded_at, amount from raw.refunds order by refund_id, refunded_at"
    ) == [
        ("730", "727", datetime(2024, 3, 2, 9), 20),
        ("730", "727", datetime(2024, 3, 2, 10), 20),
        ("731", "727", datetime(2024, 3, 2, 10), 88),
        ("732", "728", datetime(2024, 3, 3, 9), 16),
    ]
    newest = landing.rows(
        "select refunded_at from raw.refunds where refund_id = '730' order by _version_at desc"
    )
    assert newest[0] == (datetime(2024, 3, 2, 9),), "the refund's own record has the better date, and wins"


def test_woocommerce_statuses(landing: Landing):
    order = json.loads(DATA.joinpath("orders-woocommerce.json").read_text())[1]
    statuses = {
        "pending": "pending", "processing": "paid", "on-hold": "pending", "completed": "paid",
        "cancelled": "cancelled", "refunded": "refunded", "failed": "cancelled", "trash": "cancelled",
    }  # fmt: skip
    landing.load_one(
        "orders/woocommerce/o.jsonl",
        [order | {"id": i, "status": s} for i, s in enumerate([*statuses, "shipped"])],
    )
    assert [order["status"] for order in orders(landing).values()] == list(statuses.values())
    assert [row[1] for row in landing.quarantined()] == ["status"]
