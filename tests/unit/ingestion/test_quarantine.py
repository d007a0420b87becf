"""The quarantine folder says what the table says, to nobody but its owner."""

from __future__ import annotations

import csv
import stat

from orchestration.lib.ingestion import load_landing
from tests.support.ingestion import CLICKS, HASH_KEY, ORDERS, Landing


def read(landing: Landing, name: str) -> list[dict[str, str]]:
    (path,) = landing.quarantine.glob(name)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_folder_lists_reasons_and_keeps_raw_rows(landing: Landing):
    landing.put(
        "orders/standard/o ü.csv", ORDERS + "o1,2024-01-01,USD,-1\no2,2024-01-01,USD,-2\no3,never,USD,1\n"
    )
    landing.put("clicks/standard/c.csv", "")
    landing.load()
    index = read(landing, "index.csv")
    assert [(row["path"], row["reason"], row["rows"], row["first_line"]) for row in index] == [
        ("clicks/standard/c.csv", "the file is empty (0 bytes): not even a header", "1", ""),
        ("orders/standard/o ü.csv", "ordered_at: not a time (expected ISO-8601)", "1", "4"),
        ("orders/standard/o ü.csv", "subtotal: negative money", "2", "2"),
    ]
    rows = read(landing, "orders_standard_o__.csv-*.csv")
    assert [(row["line"], row["raw_text"]) for row in rows] == [
        ("2", "o1,2024-01-01,USD,-1"), ("3", "o2,2024-01-01,USD,-2"), ("4", "o3,never,USD,1"),
    ]  # fmt: skip


def test_the_folder_is_rewritten_and_settled_rows_leave_it(landing: Landing):
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,-1\n")
    landing.load()
    before = {path.name: path.read_bytes() for path in landing.quarantine.iterdir()}
    landing.load()
    assert {path.name: path.read_bytes() for path in landing.quarantine.iterdir()} == before
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,1\n")
    landing.load()
    assert [path.name for path in landing.quarantine.iterdir()] == ["index.csv"]
    assert read(landing, "index.csv") == []


def test_only_the_owner_may_read_it(landing: Landing):
    landing.quarantine.mkdir(mode=0o755)
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,-1\n")
    landing.load()
    assert stat.S_IMODE(landing.quarantine.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in landing.quarantine.iterdir()} == {0o600}


def test_nothing_staged_is_left_behind_not_even_by_a_killed_run(landing: Landing):
    left = landing.quarantine / ".staging"
    left.mkdir(parents=True)
    (left / "records").write_text("rows of a run that was killed")
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,-1\n")
    landing.load()
    assert not left.exists()


def test_raw_text_of_long_rows_is_cut(landing: Landing):
    landing.load_one("clicks/standard/c.csv", CLICKS + f"e1,never,v,{'x' * 100_000}\n")
    (length,) = landing.one("select length(raw_text) from raw.quarantine")
    assert 20_000 <= length <= 20_010


def test_raw_text_of_quoted_records_is_what_stands_in_the_file(landing: Landing):
    record = '"e1",never,"v ""1""","two\nlines"'
    landing.load_one("clicks/standard/c.csv", f"{CLICKS}e0,2024-01-01,v,x\n{record}\n")
    assert landing.one("select line, raw_text from raw.quarantine") == (3, record)


def test_the_quarantine_folder_need_not_exist(landing: Landing, tmp_path):
    deep = tmp_path / "not" / "yet"
    load_landing(landing.con, landing.folder, HASH_KEY, deep)
    assert (
        (deep / "index.csv").read_text().startswith("path,dataset,format,column_name,reason,rows,first_line")
    )
