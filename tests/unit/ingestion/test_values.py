"""What is read as a time, as money, as one of a few words, and what is refused with which reason."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from orchestration.lib.ingestion.currencies import CURRENCIES
from tests.support.ingestion import CLICKS, ORDERS, Landing

NO_TIME = "not a time (expected ISO-8601)"
OUT_OF_RANGE = "time outside the years 1970 to 2200"


TIMES = {
    "2024-01-01": datetime(2024, 1, 1),
    "2024-01-01T10:00": datetime(2024, 1, 1, 10),
    "2024-01-01 10:00:00": datetime(2024, 1, 1, 10),
    "2024-01-01T10:00:00Z": datetime(2024, 1, 1, 10),
    "2024-01-01T10:00:00+02:00": datetime(2024, 1, 1, 8),
    "2024-01-01T10:00:00-0530": datetime(2024, 1, 1, 15, 30),
    "2024-01-01 10:00:00 -0500": datetime(2024, 1, 1, 15),
    "2024-01-01t10:00:00z": datetime(2024, 1, 1, 10),
    " 2024-01-01T10:00:00.123456Z ": datetime(2024, 1, 1, 10, 0, 0, 123456),
    "2024-01-01T10:00:00.123456789Z": datetime(2024, 1, 1, 10, 0, 0, 123456),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1),
    "2016-12-31T23:59:60.5+01:00": datetime(2016, 12, 31, 23, 0, 0, 500000),
    "2024-02-29": datetime(2024, 2, 29),
    "1970-01-01T00:00:00Z": datetime(1970, 1, 1),
    "2100-12-31T23:59:59Z": datetime(2100, 12, 31, 23, 59, 59),
    "2200-12-31T23:59:59Z": datetime(2200, 12, 31, 23, 59, 59),
}
NO_TIMES = {
    **dict.fromkeys(("2024-02-30", "2023-02-29T10:00:00Z", "2024-13-01", "2024-01-01T25:00:00Z"), NO_TIME),
    **dict.fromkeys(
        ("03/04/2024", "1704067200", "yesterday", "infinity", "-infinity", "epoch", "now"), NO_TIME
    ),
    **dict.fromkeys(("1969-12-31T23:59:59Z", "2201-01-01", "0001-01-01", "99999-01-01"), OUT_OF_RANGE),
}


def test_times_that_are_read(landing: Landing):
    landing.load_one("clicks/standard/c.csv", CLICKS + "".join(f"{text},{text},v,x\n" for text in TIMES))
    loaded = dict(landing.rows("select event_id, event_at from raw.clicks"))
    assert loaded == {text.strip(): time for text, time in TIMES.items()}
    assert landing.report.files[0].direct


def test_times_that_are_refused(landing: Landing):
    rows = "".join(f"e,{text},v,x\n" for text in NO_TIMES)
    result = landing.load_one("clicks/standard/c.csv", CLICKS + "e0,2024-01-01,v,x\n" + rows)
    assert (result.rows_read, result.rows) == (len(NO_TIMES) + 1, 1)
    assert landing.quarantined() == [
        (line, "event_at", f"event_at: {reason}") for line, reason in enumerate(NO_TIMES.values(), start=3)
    ]


MONEY = {
    "0": "0", "10": "10", "10.5": "10.5", "10.50000000": "10.5", "0.0001": "0.0001", " 7 ": "7", "+3": "3",
    ".5": "0.5", "5.": "5", "99999999999999.9999": "99999999999999.9999", "007": "7",
}  # fmt: skip
NO_MONEY = {
    "-1": "negative money", "-0.0001": "negative money", "abc": "not a decimal number",
    "1e3": "not a decimal number", "NaN": "not a decimal number", "inf": "not a decimal number",
    "1_000": "not a decimal number", "$5": "not a decimal number", '"1,5"': "not a decimal number",
    "1.23456": "more than 4 decimal places", "0.00009": "more than 4 decimal places",
    "100000000000000": "money too large", "": "missing",
}  # fmt: skip


def test_money_that_is_read_exactly(landing: Landing):
    landing.load_one("orders/standard/o.csv", ORDERS + "".join(f"{t},2024-01-01,USD,{t}\n" for t in MONEY))
    loaded = dict(landing.rows("select order_id, subtotal from raw.orders"))
    assert loaded == {text.strip(): Decimal(value) for text, value in MONEY.items()}


def test_money_that_is_refused(landing: Landing):
    rows = "".join(f"o,2024-01-01,USD,{text}\n" for text in NO_MONEY)
    landing.load_one("orders/standard/o.csv", ORDERS + "o0,2024-01-01,USD,1\n" + rows)
    assert landing.quarantined() == [
        (line, "subtotal", f"subtotal: {reason}") for line, reason in enumerate(NO_MONEY.values(), start=3)
    ]
    assert landing.rows("select order_id from raw.orders") == [("o0",)]


def test_negative_money_is_refused_in_every_amount(landing: Landing):
    amounts = ("discount_amount", "shipping_amount", "tax_amount", "total_amount")
    orders = [
        {"order_id": name, "ordered_at": "2024-01-01", "currency": "USD", "subtotal": "1", name: "-1"}
        for name in amounts
    ]
    landing.put("orders/standard/o.jsonl", orders)
    landing.put("refunds/standard/r.csv", "refund_id,order_id,refunded_at,amount\nr1,o1,2024-01-01,-1\n")
    landing.put("order_lines/standard/l.csv", "order_id,line_id,amount,unit_cost\no1,l1,-1,\no1,l2,,-1\n")
    landing.load()
    columns = ["amount", "unit_cost", *amounts, "amount"]
    assert [(row[1], row[2]) for row in landing.quarantined()] == [
        (column, f"{column}: negative money") for column in columns
    ]
    assert landing.report.rows_loaded == 0


def test_event_values_and_quantities_may_be_negative(landing: Landing):
    landing.put("clicks/standard/c.csv", CLICKS.strip() + ",event_value\ne1,2024-01-01,v1,refund,-5\n")
    landing.put("order_lines/standard/l.csv", "order_id,line_id,quantity\no1,l1,-1\n")
    landing.load()
    assert landing.quarantined() == []


def test_unknown_words_are_refused_with_what_is_allowed(landing: Landing):
    row = {"order_id": "o1", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": "1"}
    wrong = [{"status": "shipped"}, {"currency": "XXQ"}, {"currency": "Dollar"}]
    landing.load_one("orders/standard/o.jsonl", [row | change for change in wrong])
    no_currency = ("currency", "currency: unknown currency (expected an ISO 4217 code)")
    assert [row[1:] for row in landing.quarantined()] == [
        ("status", "status: unknown value (allowed: paid, pending, cancelled, refunded)"),
        no_currency,
        no_currency,
    ]


def test_consent_is_granted_denied_or_null(landing: Landing):
    landing.load_one(
        "clicks/standard/c.csv",
        CLICKS.strip() + ",consent\ne1,2024-01-01,v,x,DENIED\ne2,2024-01-01,v,x,\ne3,2024-01-01,v,x,maybe\n",
    )
    assert landing.rows("select event_id, consent from raw.clicks order by 1") == [
        ("e1", "denied"),
        ("e2", None),
    ]
    assert landing.quarantined() == [(4, "consent", "consent: unknown value (allowed: granted, denied)")]


def test_engaged_seconds_are_finite_and_not_negative(landing: Landing):
    header = CLICKS.strip() + ",engagement_seconds\n"
    landing.load_one(
        "clicks/standard/c.csv",
        header + "".join(f"e,2024-01-01,v,x,{v}\n" for v in ("-1", "nan", "long", "2.5")),
    )
    reasons = ("negative duration", "not a number", "not a number")
    assert [row[2] for row in landing.quarantined()] == [
        f"engagement_seconds: {reason}" for reason in reasons
    ]
    assert landing.rows("select engagement_seconds from raw.clicks") == [(2.5,)]


def test_currency_codes_are_current_or_lately_replaced_ones():
    assert {"USD", "EUR", "JPY", "KWD", "DEM", "HRK"} <= CURRENCIES
    assert not {"XXX", "XTS", "usd", "BTC", ""} & CURRENCIES
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)


def test_all_problems_of_a_row_are_named(landing: Landing):
    landing.load_one("orders/standard/o.csv", ORDERS + "o1,2024-13-01,XXQ,-1\n")
    assert landing.quarantined() == [
        (
            2,
            "ordered_at, currency, subtotal",
            f"ordered_at: {NO_TIME}; currency: unknown currency (expected an ISO 4217 code);"
            " subtotal: negative money",
        )
    ]


def test_json_numbers_are_exact_up_to_15_digits_and_refused_beyond(landing: Landing):
    rows = [
        '{"order_id": "a", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": 12345678901.1234}',
        '{"order_id": "b", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": 12345678901234.1234}',
        '{"order_id": "c", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": "12345678901234.1234"}',
        '{"order_id": "d", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": 12345678901234}',
    ]
    landing.load_one("orders/standard/o.jsonl", "\n".join(rows))
    assert landing.rows("select order_id, subtotal from raw.orders order by 1") == [
        ("a", Decimal("12345678901.1234")),
        ("c", Decimal("12345678901234.1234")),
        ("d", Decimal("12345678901234")),
    ]
    reason = "subtotal: a JSON number of more than 15 digits is not exact; write it as text"
    assert landing.quarantined() == [(2, None, reason)]


def test_parquet_floats_are_money_where_they_mean_a_decimal(landing: Landing):
    landing.put_parquet(
        "orders/standard/o.parquet",
        "select 'o' || i as order_id, timestamp '2024-01-01' as ordered_at, 'USD' as currency, x as subtotal"
        " from (values (1, 12.3::double), (2, 0.1::double + 0.2::double), (3, 'nan'::double)) t(i, x)",
    )
    landing.load()
    assert landing.rows("select order_id, subtotal from raw.orders") == [("o1", Decimal("12.3000"))]
    assert landing.quarantined() == [
        (2, "subtotal", "subtotal: more than 4 decimal places"),
        (3, "subtotal", "subtotal: missing"),
    ]


def test_parquet_ids_that_became_floats_are_whole_numbers_again(landing: Landing):
    landing.put_parquet(
        "clicks/standard/c.parquet",
        "select i::double as event_id, now() as event_at, 7 as visitor_id, 'x' as event_name,"
        " case when i = 1 then 'nan'::double else 12.0 end as customer_id from range(1, 3) t(i)",
    )
    landing.load()
    assert landing.rows("select event_id, visitor_id, customer_id from raw.clicks order by 1") == [
        ("1", "7", None),
        ("2", "7", "12"),
    ]


def test_parquet_columns_of_nothing_but_nulls_may_have_any_type(landing: Landing):
    landing.put_parquet(
        "orders/standard/o.parquet",
        "select 'o1' as order_id, now() as ordered_at, 'USD' as currency, 1 as subtotal,"
        " null::integer as updated_at, null::double as email",
    )
    assert landing.load().files[0].status == "loaded"


def test_extra_of_different_columns_is_valid_json(landing: Landing):
    landing.load_one(
        "clicks/standard/c.csv", CLICKS.strip() + ',a b,"c""d"\ne1,2024-01-01,v,x,"line\nbreak","\\"\n'
    )
    assert json.loads(landing.one("select extra from raw.clicks")[0]) == {"a b": "line\nbreak", 'c"d': "\\"}
