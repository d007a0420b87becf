"""Clicks of other trackers: what becomes which field."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from decimal import Decimal

import duckdb

from orchestration.lib.ingestion.privacy import hash_email
from tests.support.ingestion import HASH_KEY, Landing
from tests.unit.ingestion.test_formats import DATA, put_example

COLUMNS = (
    "event_at, visitor_id, event_name, page_url, referrer_url, user_agent, customer_id, order_id, event_value"
)


def load(landing: Landing, name: str) -> list[dict]:
    path = put_example(landing, name)
    assert landing.result(path, landing.load()).rows_quarantined == 0
    cursor = landing.con.execute("select * from raw.clicks order by event_at, event_id")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["extra"] = json.loads(row["extra"] or "{}")
    return rows


def test_ga4(landing: Landing):
    view, hat, purchase, scroll = load(landing, "clicks-ga4.jsonl")
    assert view["event_id"] is None
    assert view["event_at"] == datetime(2024, 3, 1, 10, 0, 0, 123456)
    assert (view["visitor_id"], view["event_name"], view["consent"]) == ("1234.5678", "page_view", "granted")
    assert view["page_url"].endswith("/tee?utm_source=instagram&utm_medium=influencer&utm_campaign=spring")
    assert (view["referrer_url"], view["engagement_seconds"]) == ("https://l.instagram.com/", 2.5)
    assert view["extra"] == {
        "ga_session_id": "1709287200", "platform": "WEB", "stream_id": "99", "device_category": "mobile",
        "country": "Germany",
    }  # fmt: skip
    assert hat["page_url"] == (
        "https://shop.example/hat?color=red&utm_source=tik%20tok&utm_medium=influencer"
        "&utm_campaign=spring%20%26%20sun#top"
    )
    assert hat["extra"] == {"gclid": "G1"}
    assert (purchase["order_id"], purchase["customer_id"]) == ("o-77", "c-9")
    assert purchase["event_value"] == Decimal("59.9000")
    assert (scroll["visitor_id"], scroll["consent"], scroll["order_id"]) == (None, "denied", None)


def test_ga4_as_parquet_and_as_lines_are_the_same(landing: Landing):
    source = DATA / "clicks-ga4.jsonl"
    (landing.folder / "clicks/ga4").mkdir(parents=True)
    target = landing.folder / "clicks/ga4/export.parquet"
    value = "STRUCT(string_value VARCHAR, int_value BIGINT, float_value FLOAT, double_value DOUBLE)"
    duckdb.execute(
        f"""copy (select * from read_json('{source}', format = 'newline_delimited', columns = {{
            event_date: 'VARCHAR', event_timestamp: 'BIGINT', event_name: 'VARCHAR',
            event_params: 'STRUCT("key" VARCHAR, "value" {value})[]',
            user_id: 'VARCHAR', user_pseudo_id: 'VARCHAR',
            privacy_info: 'STRUCT(analytics_storage VARCHAR)', device: 'STRUCT(category VARCHAR)',
            geo: 'STRUCT(country VARCHAR)', platform: 'VARCHAR', stream_id: 'VARCHAR',
            ecommerce: 'STRUCT(transaction_id VARCHAR, purchase_revenue DOUBLE)',
            collected_traffic_source: 'STRUCT(manual_source VARCHAR, manual_medium VARCHAR,
                manual_campaign_name VARCHAR, gclid VARCHAR)'
        }})) to '{target}' (format parquet)"""
    )
    put_example(landing, "clicks-ga4.jsonl")
    report = landing.load()
    assert [(file.rows, file.direct) for file in report.files] == [(4, True), (4, True)]
    assert landing.one("select count(distinct event_key), count(*) from raw.clicks") == (4, 8)


def test_ga4_events_with_broken_numbers_are_refused(landing: Landing):
    event = {"event_timestamp": "1709287200123456", "event_name": "x"}
    long = {"key": "engagement_time_msec", "value": {"string_value": "long"}}
    dear = {"key": "value", "value": {"string_value": "dear"}}
    landing.load_one(
        "clicks/ga4/a.jsonl",
        [event, {"event_timestamp": "noon", "event_name": "x"}, event | {"event_params": [long]},
         event | {"event_params": [dear]}, {"event_name": "x"}, event | {"event_timestamp": 99}],
    )  # fmt: skip
    assert [row[1:] for row in landing.quarantined()] == [
        ("event_timestamp", "event_timestamp: not a time in microseconds"),
        ("engagement_seconds", "engagement_seconds: not a number"),
        ("event_value", "event_value: not a decimal number"),
        (None, "not an event of GA4's BigQuery export"),
    ]
    assert landing.one("select count(*) from raw.clicks") == (2,)


def test_segment(landing: Landing):
    page, added, order, identify, video = load(landing, "clicks-segment.json")
    assert (page["event_id"], page["event_name"], page["visitor_id"]) == ("m1", "page_view", "a1")
    assert page["event_at"] == datetime(2024, 3, 1, 10, 0, 0, 123000)
    assert (page["page_url"], page["referrer_url"]) == (
        "https://shop.example/?utm_source=tiktok", "https://www.tiktok.com/",
    )  # fmt: skip
    assert (page["consent"], order["consent"], added["consent"]) == ("granted", "denied", None)
    assert page["extra"] == {"type": "page", "name": "Home", "properties": {"title": "Home"}}
    assert (added["event_name"], added["event_value"]) == ("add_to_cart", Decimal("19.99"))
    assert added["event_at"] == datetime(2024, 3, 1, 10, 1)
    assert added["page_url"] == (
        "https://shop.example/tee?utm_source=newsletter&utm_medium=email&utm_campaign=march"
    )
    assert added["email_hash"] == identify["email_hash"] == hash_email("ann@example.com", HASH_KEY)
    assert added["extra"]["properties"] == {"product_id": "p1", "price": 19.99, "value": 19.99}
    assert (order["event_name"], order["order_id"], order["customer_id"]) == ("purchase", "o1", "c1")
    assert (identify["event_name"], video["event_name"]) == ("identify", "video_played")


def test_segment_takes_the_files_of_its_storage_destinations(landing: Landing):
    landing.put("clicks/segment/1410912000000_a1b2.gz", (DATA / "clicks-segment.json").read_bytes())
    assert landing.load().files[0].rows == 5


def test_snowplow(landing: Landing):
    rows = {row["event_id"]: row for row in load(landing, "clicks-snowplow.tsv")}
    view, ping, cart, order = (rows[f"s-{i}"] for i in range(1, 5))
    assert (view["event_name"], view["event_at"]) == ("page_view", datetime(2024, 3, 1, 10, 0, 4, 900000))
    assert (view["visitor_id"], view["page_url"]) == ("d1", "https://shop.example/tee?utm_source=youtube")
    assert (view["referrer_url"], view["user_agent"]) == ("https://youtube.com/", 'Mozilla/5.0 "x"')
    assert view["extra"]["page_title"] == 'Tee, "new"'
    assert (view["engagement_seconds"], ping["engagement_seconds"]) == (None, 10.0)
    assert (cart["event_name"], cart["event_value"]) == ("add_to_cart", Decimal("19.9900"))
    assert cart["page_url"] == "https://shop.example/tee?utm_source=mail&utm_medium=email"
    assert (order["event_name"], order["order_id"], order["customer_id"]) == ("purchase", "o1", "c1")
    assert (order["visitor_id"], order["event_at"]) == ("n1", datetime(2024, 3, 1, 10, 0, 5, 123000))
    assert rows["s-5"]["event_name"] == "sign_up"
    assert "203.0.113" not in str(rows)


def test_snowplow_with_a_header_and_with_new_columns(landing: Landing):
    (row,) = load(landing, "clicks-snowplow.csv")
    assert (row["event_id"], row["page_url"]) == ("s-6", "https://shop.example/?a=1,2")
    assert row["extra"] == {"tenant": "eu", "event": "page_view"}
    assert landing.report.files[0].new_columns == ("tenant",)


def test_snowplow_tsv_of_another_width_is_refused(landing: Landing):
    result = landing.load_one("clicks/snowplow/a.tsv", "web\t2024-03-01\tpage_view\n")
    assert (result.status, result.reason) == ("quarantined", "the first line has 3 fields; expected 131")


def test_weblog(landing: Landing):
    rows = load(landing, "clicks-weblog.log")
    assert [(row["event_name"], row["page_url"]) for row in rows] == [
        ("page_view", "/tee?utm_source=instagram&utm_campaign=a%20b"), ("asset", "/style.css?v=3"),
        ("page_view", "/old"), ("error", "/gone"), ("request", "/cart"), ("error", None), ("page_view", "/"),
        ("asset", "/robots.txt"), ("request", "/"),
    ]  # fmt: skip
    first, second, third = rows[:3]
    assert (first["event_at"], second["event_at"]) == (
        datetime(2015, 5, 17, 10, 5, 3), datetime(2015, 5, 17, 10, 5, 4),
    )  # fmt: skip
    assert (first["referrer_url"], third["referrer_url"]) == ("https://l.instagram.com/", None)
    assert first["user_agent"] == 'Mozilla/5.0 (iPhone; \\"x\\")'
    assert first["extra"] == {"status": 200, "bytes": 5120, "method": "GET"}
    assert rows[6]["extra"]["host"] == "shop.example:443"
    assert {row["event_id"] for row in rows} == {None}


def test_a_weblog_visitor_is_a_keyed_hash_of_address_and_agent(landing: Landing):
    first, second, third, fourth, *_ = load(landing, "clicks-weblog.log")
    message = b'203.0.113.77\x1fMozilla/5.0 (iPhone; \\"x\\")'
    assert first["visitor_id"] == hmac.new(HASH_KEY, message, hashlib.sha256).hexdigest()
    assert first["visitor_id"] == second["visitor_id"]
    assert len({first["visitor_id"], third["visitor_id"], fourth["visitor_id"]}) == 3


def test_equal_weblog_lines_are_one_event_and_others_are_not(landing: Landing):
    line = '203.0.113.77 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 {} "-" "x"\n'
    landing.load_one("clicks/weblog/a.log", line.format(5) + line.format(5) + line.format(6))
    assert landing.one("select count(distinct event_key), count(*) from raw.clicks") == (2, 3)


def test_weblog_lines_that_are_none_keep_no_whole_address(landing: Landing):
    good = '203.0.113.77 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n'
    landing.load_one(
        "clicks/weblog/a.log",
        good + "203.0.113.77 garbage\n" + good.replace("17/May", "31/Feb") + "203.0.113.77 \xe9\n",
    )
    assert landing.rows("select line, reason, raw_text from raw.quarantine order by line") == [
        (2, "not a combined access log line", "203.0.113.0 garbage"),
        (3, "event_at: missing", good.replace("17/May", "31/Feb").replace(".77", ".0").strip()),
        (4, "not a combined access log line", "203.0.113.0 \xe9"),
    ]
