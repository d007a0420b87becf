"""The files that people really have: each kind of broken once, with good neighbours that must not suffer."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from orchestration.lib.ingestion.limits import Limits
from tests.support.ingestion import CLICKS, ORDERS, Landing

GOOD = CLICKS + "good,2024-01-01,v,x\n"


@pytest.fixture
def neighbours(landing: Landing) -> Landing:
    """A folder with a good file before and a good file after whatever a test adds."""
    landing.put("clicks/standard/a_good.csv", GOOD, mtime=100)
    landing.put("clicks/standard/z_good.csv", GOOD.replace("good", "good too"), mtime=4_000_000_000)
    return landing


def loaded_ids(landing: Landing) -> set[str]:
    return {row[0] for row in landing.rows("select event_id from raw.clicks")} - {"good", "good too"}


def check_neighbours(landing: Landing) -> None:
    assert landing.one("select count(*) from raw.clicks where event_id in ('good', 'good too')") == (2,)


def test_a_byte_order_mark(neighbours: Landing):
    result = neighbours.load_one(
        "clicks/standard/f.csv", b"\xef\xbb\xbf" + (CLICKS + "e1,2024-01-01,v,x\n").encode()
    )
    assert (result.status, result.direct, loaded_ids(neighbours)) == ("loaded", True, {"e1"})
    neighbours.load_one(
        "clicks/standard/g.csv", b"\xef\xbb\xbf" + (CLICKS + "e2,2024-01-01,v,x\ne3\n").encode()
    )
    assert loaded_ids(neighbours) == {"e1", "e2"}
    check_neighbours(neighbours)


def test_windows_line_ends(neighbours: Landing):
    text = CLICKS + "e1,2024-01-01,v,x\n"
    neighbours.put("clicks/standard/f.csv", text.replace("\n", "\r\n"))
    row = {"event_id": "e2", "event_at": "2024-01-01", "visitor_id": "v", "event_name": "x"}
    neighbours.put(
        "clicks/standard/f.jsonl", json.dumps(row) + "\r\n" + json.dumps(row | {"event_id": "e3"}) + "\r\n"
    )
    neighbours.load()
    assert loaded_ids(neighbours) == {"e1", "e2", "e3"}
    assert neighbours.rows("select distinct event_name from raw.clicks") == [("x",)]


def test_old_mac_line_ends_are_named(neighbours: Landing):
    result = neighbours.load_one(
        "clicks/standard/f.csv", (CLICKS + "e1,2024-01-01,v,x\n").replace("\n", "\r")
    )
    assert (result.status, str(result.reason)[:31]) == ("quarantined", "the lines end in bare carriage ")
    check_neighbours(neighbours)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("broken", ["", "e9,never,v,x\n"])
def test_a_quoted_line_break(neighbours: Landing, line_end: str, broken: str):
    """The same text whichever way the file was loaded, and line numbers that count physical lines."""
    text = CLICKS + f'e1,2024-01-01,v,"two{line_end}lines"\n{broken}e2,2024-01-01,v,x\n'
    neighbours.load_one("clicks/standard/f.csv", text)
    assert loaded_ids(neighbours) == {"e1", "e2"}
    assert neighbours.one("select event_name from raw.clicks where event_id = 'e1'") == (
        f"two{line_end}lines",
    )
    assert [row[0] for row in neighbours.quarantined()] == ([4] if broken else [])


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz"])
def test_a_nul_byte(neighbours: Landing, name: str):
    neighbours.load_one(f"clicks/standard/{name}", CLICKS + "e1,2024-01-01,v\0,x\ne2,2024-01-01,v,x\n")
    assert loaded_ids(neighbours) == {"e2"}
    assert neighbours.quarantined() == [(2, None, "NUL byte")]
    assert neighbours.one("select raw_text from raw.quarantine") == ("e1,2024-01-01,v\\x00,x",)
    check_neighbours(neighbours)


def test_mixed_encodings(neighbours: Landing):
    rows = (
        "e1,2024-01-01,v,café\n".encode()
        + "e2,2024-01-01,v,café\n".encode("latin-1")
        + b"e3,2024-01-01,v,x\n"
    )
    neighbours.load_one("clicks/standard/f.csv", CLICKS.encode() + rows)
    assert loaded_ids(neighbours) == {"e1", "e3"}
    assert neighbours.quarantined() == [(3, None, "not UTF-8 (wrong encoding)")]
    assert neighbours.one("select raw_text from raw.quarantine") == ("e2,2024-01-01,v,caf\\xe9",)
    check_neighbours(neighbours)


def test_utf_16(neighbours: Landing):
    result = neighbours.load_one("clicks/standard/f.csv", GOOD.encode("utf-16"))
    assert (result.status, result.reason) == ("quarantined", "the file is UTF-16; save it as UTF-8")
    check_neighbours(neighbours)


def test_ragged_rows(neighbours: Landing):
    result = neighbours.load_one(
        "clicks/standard/f.csv",
        CLICKS + "e1,2024-01-01,v,x\ne2,2024-01-01\ne3,2024-01-01,v,x,more\ne4,2024-01-01,v,x\n",
    )
    assert (result.rows_read, result.rows, result.rows_quarantined) == (4, 2, 2)
    assert neighbours.quarantined() == [
        (3, None, "fewer fields than the header (2, expected 4)"),
        (4, None, "more fields than the header (5, expected 4)"),
    ]
    assert neighbours.rows("select raw_text from raw.quarantine order by line") == [
        ("e2,2024-01-01",), ("e3,2024-01-01,v,x,more",),
    ]  # fmt: skip


def test_a_quote_that_never_closes(neighbours: Landing):
    neighbours.load_one(
        "clicks/standard/f.csv", CLICKS + 'e1,2024-01-01,v,"open\ne2,2024-01-01,v,x\ne3,2024-01-01,v,x\n'
    )
    assert loaded_ids(neighbours) == {"e2", "e3"}
    assert neighbours.quarantined() == [(2, None, "a quote that is never closed")]


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.parquet", "f.csv.gz"])
def test_an_empty_file(neighbours: Landing, name: str):
    path = neighbours.put(f"clicks/standard/{name}", "")
    path.write_bytes(b"")
    result = neighbours.result(f"clicks/standard/{name}", neighbours.load())
    assert (result.status, result.reason) == ("quarantined", "the file is empty (0 bytes): not even a header")
    check_neighbours(neighbours)


def test_a_truncated_gzip(neighbours: Landing):
    """Half a file is not loaded, not even the half that is there."""
    whole = CLICKS + "".join(f"e{i},2024-01-01,v{i * 7919},x\n" for i in range(5000))
    packed = gzip.compress(whole.encode())
    for share in (0.1, 0.5, 0.999):
        path = neighbours.put("clicks/standard/f.csv.gz", "")
        path.write_bytes(packed[: int(len(packed) * share)])
        result = neighbours.result("clicks/standard/f.csv.gz", neighbours.load())
        assert (result.status, result.reason) == ("quarantined", "the gzip file is truncated; copy it again")
    assert loaded_ids(neighbours) == set()
    path.write_bytes(packed)
    neighbours.load()
    assert len(loaded_ids(neighbours)) == 5000
    assert neighbours.quarantined() == []


def test_a_damaged_gzip(neighbours: Landing):
    """A wrong checksum: the text may read well, and still not be what was written."""
    packed = bytearray(gzip.compress((CLICKS + "e1,2024-01-01,v,x\n").encode()))
    packed[-6] ^= 0xFF
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_bytes(packed)
    result = neighbours.result("clicks/standard/f.csv.gz", neighbours.load())
    assert result.status == "quarantined"
    assert "not a readable gzip file" in str(result.reason)
    assert loaded_ids(neighbours) == set()


def test_a_gzip_that_is_none(neighbours: Landing):
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_text(GOOD + "e1,2024-01-01,v,x\n")
    assert "not a readable gzip file" in str(
        neighbours.result("clicks/standard/f.csv.gz", neighbours.load()).reason
    )


def test_a_gzip_of_several_members(neighbours: Landing):
    parts = [CLICKS + "e1,2024-01-01,v,x\n", "e2,2024-01-01,v,x\n"]
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_bytes(b"".join(gzip.compress(part.encode()) for part in parts) + b"\0" * 512)
    neighbours.load()
    assert loaded_ids(neighbours) == {"e1", "e2"}


LONG = Limits(record_bytes=2**20)


@pytest.mark.parametrize("layout", ["array", "object"])
def test_a_200_mb_json_in_a_single_line(neighbours: Landing, layout: str):
    """An array of orders loads in little memory; one object of that size is a record too long."""
    path = neighbours.put("orders/shopify_api/f.json", "")
    order = (
        '{"id": %d, "created_at": "2024-01-01", "currency": "USD", "subtotal_price": "1.00", "note": "%s"}'
    )
    filler = "x" * 500_000
    with path.open("w") as file:
        if layout == "array":
            file.write('{"orders": [' + ", ".join(order % (i, "") for i in range(2)))
            for i in range(2, 402):
                file.write(", " + order % (i, filler))
            file.write("]}")
        else:
            file.write(order % (1, filler * 400))
    assert path.stat().st_size > 200_000_000
    tracemalloc.start()
    result = neighbours.result("orders/shopify_api/f.json", neighbours.load(LONG))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20
    if layout == "array":
        assert (result.status, result.rows) == ("loaded", 402)
    else:
        assert result.status == "quarantined"
        assert "longer than 1,048,576 bytes" in str(result.reason)
    check_neighbours(neighbours)


def test_a_200_mb_line_among_json_lines(neighbours: Landing):
    row = {"event_id": "e1", "event_at": "2024-01-01", "visitor_id": "v", "event_name": "x"}
    path = neighbours.put("clicks/standard/f.jsonl", [row])
    with path.open("a") as file:
        file.write('{"event_name": "')
        for _ in range(200):
            file.write("x" * 1_000_000)
        file.write('"}\n' + json.dumps(row | {"event_id": "e2"}))
    neighbours.load(LONG)
    assert loaded_ids(neighbours) == {"e1", "e2"}
    assert neighbours.quarantined() == [(2, None, "record longer than 1,048,576 bytes")]
    assert neighbours.one("select length(raw_text) < 21000 from raw.quarantine") == (True,)


def test_a_csv_with_10_000_columns(neighbours: Landing):
    names = [f"n{i}" for i in range(9_996)]
    values = ",".join(str(i) if i % 1000 == 0 else "" for i in range(9_996))
    header = CLICKS.strip() + "," + ",".join(names)
    result = neighbours.load_one(
        "clicks/standard/f.csv", f"{header}\ne1,2024-01-01,v,x,{values}\ne2,never,v,x,{values}\n"
    )
    assert (result.rows, result.rows_quarantined, len(result.new_columns)) == (1, 1, 9_996)
    extra = json.loads(neighbours.one("select extra from raw.clicks where event_id = 'e1'")[0])
    assert extra == {f"n{i}": str(i) for i in range(0, 9_996, 1000)}


def bomb(unpacked: int, row: bytes = b"e1,2024-01-01,v,x\n") -> bytes:
    """A small gzip file that unpacks to about that many bytes."""
    target = io.BytesIO()
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    target.write(packer.compress(CLICKS.encode()))
    block = row * (2**20 // len(row))
    for _ in range(unpacked // len(block)):
        target.write(packer.compress(block))
    target.write(packer.flush())
    return target.getvalue()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(gz_bytes=5_000_000), "the gzip file unpacks to more than 5,000,000 bytes"),
        (Limits(gz_ratio=100, gz_ratio_from=2**20), "the gzip file unpacks to over 100 times its size"),
    ],
)
def test_a_zip_bomb(neighbours: Landing, limits: Limits, reason: str):
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_bytes(bomb(20_000_000))
    result = neighbours.result("clicks/standard/f.csv.gz", neighbours.load(limits))
    assert (result.status, str(result.reason)[: len(reason)]) == ("quarantined", reason)
    assert loaded_ids(neighbours) == set()
    check_neighbours(neighbours)


def test_a_zip_bomb_of_one_endless_line(neighbours: Landing):
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_bytes(bomb(50_000_000, b"x"))
    tracemalloc.start()
    neighbours.load(Limits(gz_ratio_from=2**20, record_bytes=2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert neighbours.result("clicks/standard/f.csv.gz").status == "quarantined"
    assert peak < 32 * 2**20


def test_a_refused_bomb_loads_when_the_limit_is_raised_and_the_file_touched(neighbours: Landing):
    path = neighbours.put("clicks/standard/f.csv.gz", "")
    path.write_bytes(bomb(5_000_000))
    neighbours.load(Limits(gz_bytes=1_000_000))
    time.sleep(0.01)
    path.touch()
    result = neighbours.result("clicks/standard/f.csv.gz", neighbours.load(Limits()))
    assert (result.status, neighbours.quarantined()) == ("loaded", [])


def test_a_parquet_with_another_schema(neighbours: Landing):
    neighbours.put_parquet("clicks/standard/f.parquet", "select 1 as id, 'x' as name")
    neighbours.put_parquet(
        "clicks/standard/g.parquet",
        "select 'e1' as event_id, 1704067200 as event_at, 'v' as visitor_id, 'x' as event_name",
    )
    neighbours.put_parquet(
        "clicks/standard/h.parquet",
        "select 'e1' as event_id, now() as event_at, {'a': 1} as visitor_id, 'x' as event_name",
    )
    neighbours.load()
    reasons = {file.path[-9]: str(file.reason) for file in neighbours.report.quarantined}
    assert reasons["f"].startswith("the header lacks event_at, visitor_id, event_name; it has id, name")
    assert reasons["g"].startswith("another schema than expected: column event_at is INTEGER")
    assert reasons["h"].startswith("another schema than expected: column visitor_id is STRUCT")
    check_neighbours(neighbours)


@pytest.mark.parametrize("damage", ["text", "cut", "tail"])
def test_a_parquet_that_is_none_or_not_whole(neighbours: Landing, damage: str):
    path = neighbours.put_parquet(
        "clicks/standard/f.parquet",
        "select 'e' || i as event_id, now() as event_at, 'v' as visitor_id, 'x' as event_name"
        " from range(1000) t(i)",
    )
    data = path.read_bytes()
    path.write_bytes(
        {"text": b"PAR1 " + GOOD.encode(), "cut": data[: len(data) // 2], "tail": data[len(data) // 2 :]}[
            damage
        ]
    )
    result = neighbours.result("clicks/standard/f.parquet", neighbours.load())
    assert result.status == "quarantined"
    assert loaded_ids(neighbours) == set()
    check_neighbours(neighbours)


def test_files_under_another_ending_are_named(neighbours: Landing):
    path = neighbours.put_parquet("clicks/standard/f.parquet", "select 1 as a")
    path.rename(path.with_suffix(".csv"))
    assert "Parquet under another name" in str(neighbours.load().quarantined[0].reason)


def test_a_type_change_goes_to_quarantine_and_not_to_null(neighbours: Landing):
    neighbours.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,10.00\no2,1704067200,USD,ten\n")
    neighbours.put("orders/standard/o.jsonl", [
        {"order_id": "o3", "ordered_at": 1704067200, "currency": "USD", "subtotal": {"amount": 5}},
    ])  # fmt: skip
    neighbours.load()
    assert neighbours.rows("select order_id from raw.orders") == [("o1",)]
    assert [row[1] for row in neighbours.quarantined()] == ["ordered_at, subtotal", None]


def test_a_new_column_is_kept_and_reported_and_a_vanished_one_reported(landing: Landing):
    landing.put("orders/standard/1.csv", ORDERS.strip() + ",status\no1,2024-01-01,USD,1,paid\n", mtime=100)
    landing.put("orders/standard/2.csv", ORDERS.strip() + ",shop\no2,2024-01-01,USD,1,EU\n", mtime=200)
    first, second = landing.load().files
    assert ("status" in first.missing_columns, "status" in second.missing_columns) == (False, True)
    assert (first.new_columns, second.new_columns) == ((), ("shop",))
    log = landing.rows(
        "select new_columns, contains(missing_columns, 'status') from raw.load_log order by path"
    )
    assert log == [(None, False), ("shop", True)]


def test_a_file_that_is_still_being_written(landing: Landing):
    """A writer appends while runs load: what is loaded in the end is what was written, each row once."""
    path = landing.put("clicks/standard/f.csv", CLICKS)
    stop = threading.Event()

    def write() -> None:
        with path.open("a") as file:
            for i in range(100_000):
                if stop.is_set():
                    return
                file.write(f"e{i},2024-01-01,v,{'x' * 50}\n")
                if i % 100 == 0:
                    file.flush()
                    time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        statuses = set()
        for _ in range(4):
            for file in landing.load().files:
                statuses.add(file.status)
            time.sleep(0.02)
    finally:
        stop.set()
        writer.join()
    landing.load()
    written = path.read_text().count("\n") - 1
    assert landing.one("select count(distinct event_id) from raw.clicks") == (written,)
    assert landing.quarantined() == [], "the half row of an earlier moment is settled by the whole file"
    assert statuses <= {"loaded", "waiting"}


def test_a_run_over_all_of_them_ends_well(landing: Landing, tmp_path: Path):
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD)
    landing.put("clicks/standard/good.csv", GOOD)
    (landing.folder / "clicks/standard/link.csv").symlink_to(outside)
    landing.put("clicks/standard/pa th/ünï.csv", GOOD.replace("good", "e1"))
    landing.put("clicks/standard/half.csv.part", "event_id,ev")
    landing.put("clicks/standard/empty.csv", "")
    landing.put("clicks/unknown/x.csv", GOOD)
    report = landing.load()
    assert {file.path.split("/")[-1]: file.status for file in report.files} == {
        "good.csv": "loaded", "link.csv": "quarantined", "ünï.csv": "loaded", "empty.csv": "quarantined",
        "x.csv": "quarantined",
    }  # fmt: skip
    assert (report.rows_loaded, len(report.quarantined)) == (2, 3)
