"""The `standard` formats: five datasets, five encodings, columns in any order, nothing lost."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.lib.ingestion.formats import all_formats
from orchestration.lib.ingestion.privacy import hash_email
from orchestration.lib.ingestion.schema import DATASETS, FIELDS
from tests.support.ingestion import CLICKS, HASH_KEY, ORDERS, Landing

ROWS: dict[str, dict[str, Any]] = {
    "clicks": {
        "event_id": "e1", "event_at": "2024-03-01T10:00:00.123456+02:00", "visitor_id": "v1",
        "event_name": "page_view", "page_url": "https://shop.example/?a=1&b=ü", "referrer_url": "https://x.example",
        "user_agent": 'Mozilla "quoted", with comma', "customer_id": "c1", "email": "Ann@Example.com",
        "order_id": "o1", "event_value": "12.3400", "engagement_seconds": "1.5", "consent": "Granted",
    },
    "orders": {
        "order_id": "o1", "ordered_at": "2024-03-01T10:00Z", "customer_id": "c1", "email": "ann@example.com",
        "visitor_id": "v1", "status": "PAID", "currency": "eur", "subtotal": "100", "discount_amount": "10.5",
        "shipping_amount": "4.90", "tax_amount": "19.0001", "total_amount": "113.40",
        "discount_codes": "ANNA10|VIP", "survey_answer": "a friend,\nreally", "updated_at": "2024-03-02",
    },
    "order_lines": {
        "order_id": "o1", "line_id": "l1", "product_id": "p1", "product_category": "Shoes", "quantity": "2",
        "amount": "100.00", "unit_cost": "33.3333",
    },
    "refunds": {
        "refund_id": "r1", "order_id": "o1", "refunded_at": "2024-03-05 08:00:00", "amount": "20",
    },
    "contacts": {
        "contact_id": "k1", "created_at": "2024-01-01", "email": "ann@example.com", "customer_id": "c1",
        "visitor_id": "v1", "lifecycle_stage": "customer", "became_lead_at": "2024-01-02T00:00:00Z",
        "became_customer_at": "2024-03-01T10:00:00Z", "lead_source": "social", "merged_into_contact_id": "k9",
        "marketing_consent": "TRUE", "country": "DE", "updated_at": "2024-03-02T00:00:00Z",
    },
}  # fmt: skip
EXPECTED: dict[str, dict[str, Any]] = {
    "clicks": ROWS["clicks"]
    | {
        "event_at": datetime(2024, 3, 1, 8, 0, 0, 123456),
        "event_value": Decimal("12.3400"),
        "engagement_seconds": 1.5,
        "consent": "granted",
    },
    "orders": ROWS["orders"]
    | {
        "ordered_at": datetime(2024, 3, 1, 10),
        "updated_at": datetime(2024, 3, 2),
        "status": "paid",
        "currency": "EUR",
        "subtotal": Decimal("100.0000"),
        "discount_amount": Decimal("10.5000"),
        "shipping_amount": Decimal("4.9000"),
        "tax_amount": Decimal("19.0001"),
        "total_amount": Decimal("113.4000"),
    },
    "order_lines": ROWS["order_lines"]
    | {"quantity": Decimal("2.0000"), "amount": Decimal("100.0000"), "unit_cost": Decimal("33.3333")},
    "refunds": ROWS["refunds"] | {"refunded_at": datetime(2024, 3, 5, 8), "amount": Decimal("20.0000")},
    "contacts": ROWS["contacts"]
    | {
        "created_at": datetime(2024, 1, 1),
        "became_lead_at": datetime(2024, 1, 2),
        "became_customer_at": datetime(2024, 3, 1, 10),
        "marketing_consent": "true",
        "updated_at": datetime(2024, 3, 2),
    },
}


def encode(row: dict[str, Any], ending: str) -> bytes:
    """One row as a file of that ending, without the packing."""
    if ending.startswith(".csv"):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(row))
        writer.writeheader()
        writer.writerow(row)
        return text.getvalue().encode()
    return (json.dumps(row) + "\n").encode()


def put_row(landing: Landing, dataset: str, ending: str) -> str:
    row, path = ROWS[dataset], f"{dataset}/standard/file{ending}"
    if ending != ".parquet":
        landing.put(path, encode(row, ending))
        return path
    typed = []
    for field in FIELDS[dataset]:
        if field.name not in row:
            continue
        value = "'" + str(row[field.name]).replace("'", "''") + "'"
        kind = "timestamptz" if field.kind == "time" else field.sql_type
        typed.append(f"cast({value} as {kind}) as {field.name}")
    landing.put_parquet(path, "select " + ", ".join(typed))
    return path


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet"])
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_dataset_loads_from_every_encoding(landing: Landing, dataset: str, ending: str):
    path = put_row(landing, dataset, ending)
    result = landing.result(path, landing.load())
    assert (result.status, result.rows, result.rows_quarantined) == ("loaded", 1, 0)
    assert result.direct, "a sound file must not need the slow way"
    loaded = landing.record(f"from raw.{dataset}")
    expected = dict(EXPECTED[dataset])
    if "email" in expected:
        expected["email_hash"] = hash_email(expected.pop("email"), HASH_KEY)
    assert {name: loaded[name] for name in expected} == expected
    assert loaded["extra"] is None
    assert loaded["_file_id"] == 1


def test_all_raw_tables_exist_after_an_empty_run(landing: Landing):
    report = landing.load()
    assert report.files == []
    tables = {
        row[0] for row in landing.rows("select table_name from duckdb_tables() where schema_name = 'raw'")
    }
    assert tables == {*DATASETS, "load_log", "quarantine", "meta"}


def test_columns_come_in_any_order_and_case_and_optional_ones_may_be_missing(landing: Landing):
    result = landing.load_one(
        "orders/standard/o.csv", "Currency,subtotal, ORDER_ID ,ordered_at\nUSD,5,o1,2024-01-01\n"
    )
    assert result.status == "loaded"
    assert landing.one("select order_id, subtotal, currency, customer_id from raw.orders") == (
        "o1", Decimal("5.0000"), "USD", None,
    )  # fmt: skip
    assert "customer_id" in result.missing_columns


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_unknown_columns_are_kept_in_extra_and_reported(landing: Landing, ending: str):
    path = f"orders/standard/o.{ending}"
    if ending == "csv":
        landing.put(path, "order_id,ordered_at,currency,subtotal,shop,note\no1,2024-01-01,USD,5,EU,\n")
    elif ending == "jsonl":
        landing.put(
            path,
            [{"order_id": "o1", "ordered_at": "2024-01-01", "currency": "USD", "subtotal": 5, "shop": "EU"}],
        )
    else:
        landing.put_parquet(
            path,
            "select 'o1' as order_id, date '2024-01-01' as ordered_at, 'USD' as currency, 5 as subtotal,"
            " 'EU' as shop, null::integer as note",
        )
    result = landing.result(path, landing.load())
    assert json.loads(landing.one("select extra from raw.orders")[0]) == {"shop": "EU"}
    assert "shop" in result.new_columns
    assert landing.one("select new_columns from raw.load_log")[0].startswith("shop")


def test_unknown_columns_of_json_keep_their_structure(landing: Landing):
    row = {
        "event_id": "e1",
        "event_at": "2024-01-01",
        "visitor_id": "v",
        "event_name": "x",
        "cart": {"items": [1]},
    }
    landing.load_one("clicks/standard/c.jsonl", [row])
    assert json.loads(landing.one("select extra from raw.clicks")[0]) == {"cart": {"items": [1]}}


def test_headers_that_look_like_sql_stay_data(landing: Landing):
    header = ORDERS.strip() + ',"a\'b","x""; drop table raw.orders; --",\n'
    result = landing.load_one("orders/standard/o.csv", header + "o1,2024-01-01,USD,5,1,2,3\n")
    assert result.status == "loaded"
    extra = json.loads(landing.one("select extra from raw.orders")[0])
    assert extra == {"a'b": "1", 'x"; drop table raw.orders; --': "2", "column_7": "3"}


def test_empty_text_is_null_and_ids_are_trimmed(landing: Landing):
    landing.load_one(
        "clicks/standard/c.csv",
        "event_id,event_at,visitor_id,event_name,page_url\n"
        '  e1 ,2024-01-01,,page_view," /a "\n"\te 2\t",2024-01-01,"  ",x,\ne3,2024-01-01,"\nv\r\n",x,\n',
    )
    assert landing.rows("select event_id, visitor_id, page_url from raw.clicks order by event_id") == [
        ("e 2", None, None),
        ("e1", None, " /a "),
        ("e3", "v", None),
    ]


def test_a_header_without_rows_is_a_file_without_rows(landing: Landing):
    result = landing.load_one("orders/standard/o.csv", ORDERS)
    assert (result.status, result.rows_read) == ("loaded", 0)


def test_a_missing_required_column_quarantines_the_whole_file_and_names_it(landing: Landing):
    landing.put("orders/standard/good.csv", ORDERS + "o1,2024-01-01,USD,5\n")
    result = landing.load_one("orders/standard/bad.csv", "order_id,ordered_at\no2,2024-01-01\n")
    assert result.status == "quarantined"
    assert result.reason is not None
    assert result.reason.startswith("the header lacks currency, subtotal")
    assert landing.quarantined() == [(None, None, result.reason)]
    assert landing.rows("select order_id from raw.orders") == [("o1",)]


def test_a_required_key_that_no_json_row_has_quarantines_the_whole_file(landing: Landing):
    result = landing.load_one("clicks/standard/c.jsonl", [{"event_at": "2024-01-01", "event_name": "x"}])
    assert (result.status, result.reason) == (
        "quarantined", "the header lacks visitor_id; it has event_at, event_name",
    )  # fmt: skip


def test_a_required_key_may_be_null_in_every_json_row(landing: Landing):
    result = landing.load_one(
        "clicks/standard/c.jsonl", [{"event_at": "2024-01-01", "event_name": "x", "visitor_id": None}]
    )
    assert (result.status, result.rows) == ("loaded", 1)


def test_rows_that_break_a_not_null_go_to_quarantine_with_line_and_raw_text(landing: Landing):
    landing.load_one(
        "clicks/standard/c.csv", CLICKS + "e1,2024-01-01,v1,page_view\ne2,,v1,\ne3,2024-01-01,v1,x\n"
    )
    assert landing.quarantined() == [(3, "event_at, event_name", "event_at: missing; event_name: missing")]
    assert landing.one("select raw_text from raw.quarantine") == ("e2,,v1,",)
    assert landing.rows("select event_id from raw.clicks order by 1") == [("e1",), ("e3",)]


def test_json_rows_that_are_no_objects_go_to_quarantine(landing: Landing):
    lines = [
        '{"event_id": "e1", "event_at": "2024-01-01", "visitor_id": "v", "event_name": "x"}',
        '{"event_id": "e2", ',
        "[1, 2]",
        '{"event_id": "e3", "event_at": "2024-01-01", "visitor_id": {"a": 1}, "event_name": "x"}',
    ]
    landing.load_one("clicks/standard/c.jsonl", "\n".join(lines))
    assert landing.quarantined() == [
        (2, None, "not valid JSON"),
        (3, None, "not a JSON object"),
        (4, None, "visitor_id: an object or a list where one value belongs"),
    ]
    assert landing.one("select count(*), min(event_id) from raw.clicks") == (1, "e1")


def test_parquet_rows_go_to_quarantine_by_row_number(landing: Landing):
    landing.put_parquet(
        "refunds/standard/r.parquet",
        "select 'r' || i as refund_id, 'o1' as order_id, timestamp '2024-01-01' as refunded_at,"
        " (case when i = 2 then -1 else 1 end)::decimal(18,4) as amount from range(4) t(i)",
    )
    result = landing.load().files[0]
    assert (result.rows_read, result.rows, result.rows_quarantined) == (4, 3, 1)
    assert landing.quarantined() == [(3, "amount", "amount: negative money")]
    assert json.loads(landing.one("select raw_text from raw.quarantine")[0])["refund_id"] == "r2"


def test_every_format_maps_only_fields_that_its_tables_have():
    for declared in all_formats().values():
        for output in declared.outputs:
            assert set(output.fields) <= {field.name for field in FIELDS[output.table]}


def test_the_version_of_a_row_is_its_update_or_the_date_of_its_file(landing: Landing):
    landing.put(
        "orders/standard/o.csv",
        ORDERS.strip() + ",updated_at\no1,2024-01-01,USD,5,2024-02-01\no2,2024-01-01,USD,5,\n",
        mtime=1_700_000_000.5,
    )
    landing.load()
    assert landing.rows("select order_id, _version_at, _file_path from raw.orders order by 1") == [
        ("o1", datetime(2024, 2, 1), "orders/standard/o.csv"),
        ("o2", datetime(2023, 11, 14, 22, 13, 20, 500000), "orders/standard/o.csv"),
    ]


def test_equal_rows_have_equal_keys_and_ids_decide_before_content(landing: Landing):
    landing.put(
        "clicks/standard/a.csv",
        CLICKS + "e1,2024-01-01,v1,a\n,2024-01-01,v1,a\n,2024-01-01T00:00:00Z,v1,a\n,2024-01-01,v1,b\n",
    )
    landing.put("clicks/standard/b.csv", CLICKS + "e1,2024-01-02,v2,b\n,2024-01-01,,a\n")
    landing.load()
    keys = landing.rows("select event_key, visitor_key, event_id, visitor_id from raw.clicks")
    assert len({key for key, _, event_id, _ in keys if event_id}) == 1
    assert len({key for key, _, event_id, _ in keys if not event_id}) == 3
    assert all(key >= 0 and visitor_key >= 0 for key, visitor_key, _, _ in keys)
    assert len({visitor_key for _, visitor_key, _, visitor_id in keys if visitor_id == "v1"}) == 1


def test_keys_are_renewed_when_the_engine_hashes_otherwise(landing: Landing):
    landing.load_one("clicks/standard/a.csv", CLICKS + "e1,2024-01-01,v1,a\n,2024-01-01,,b\n")
    before = landing.rows("select event_key, visitor_key from raw.clicks order by all")
    landing.con.execute("update raw.clicks set event_key = 1, visitor_key = 2")
    landing.load()
    assert landing.rows("select distinct event_key, visitor_key from raw.clicks") == [(1, 2)]
    landing.con.execute("update raw.meta set value = 'of another version' where key = 'hash_probe'")
    landing.load()
    assert landing.rows("select event_key, visitor_key from raw.clicks order by all") == before


def test_settings_of_the_connection_are_as_before(landing: Landing):
    query = """select current_setting('TimeZone'), current_setting('preserve_insertion_order'),
        current_setting('memory_limit')"""
    landing.con.execute("set TimeZone = 'Asia/Tokyo'")
    before = landing.one(query)
    landing.load_one("clicks/standard/a.csv", CLICKS + "e1,2024-01-01,v1,a\n")
    assert landing.one(query) == before
    assert landing.one("select event_at from raw.clicks") == (datetime(2024, 1, 1),)
    assert landing.one("select getvariable('roi_hmac_inner')") == (None,)


def test_a_missing_landing_folder_is_named(tmp_path):
    from orchestration.lib.ingestion import load_landing

    with pytest.raises(NotADirectoryError, match="nowhere does not exist"):
        load_landing(duckdb.connect(), tmp_path / "nowhere", HASH_KEY, tmp_path / "quarantine")
    assert not (tmp_path / "quarantine").exists()
