"""Each content once, under any name and in any order; refused files get another chance."""

from __future__ import annotations

import os
import time
from datetime import datetime

import duckdb
import pytest

from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.target import Target
from tests.support.ingestion import CLICKS, ORDERS, Landing

ROW = CLICKS + "e1,2024-01-01,v1,x\n"


def test_a_second_run_loads_nothing(landing: Landing):
    landing.put("clicks/standard/a.csv", ROW)
    landing.put("clicks/standard/bad.csv", "nonsense")
    landing.load()
    before = landing.rows("from raw.load_log order by file_id"), landing.rows("from raw.quarantine")
    report = landing.load()
    assert [file.status for file in report.files] == ["skipped", "skipped"]
    assert report.rows_loaded == 0
    assert (landing.rows("from raw.load_log order by file_id"), landing.rows("from raw.quarantine")) == before


def test_a_known_content_is_skipped_under_any_name(landing: Landing):
    landing.put("clicks/standard/a.csv", ROW)
    landing.put("clicks/standard/sub/copy.csv", ROW)
    landing.load()
    landing.put("clicks/standard/later.csv", ROW)
    landing.load()
    assert landing.one("select count(*) from raw.clicks") == (1,)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
def test_the_version_of_a_copied_content_does_not_depend_on_the_order_of_runs(landing: Landing, order):
    content = {1: "o1,2024-01-01,USD,1\n", 2: "o1,2024-01-01,USD,2\n", 3: "o1,2024-01-01,USD,1\n"}
    for n in order:
        landing.put(f"orders/standard/f{n}.csv", ORDERS + content[n], mtime=1000 * n)
        landing.load()
    versions = landing.rows(
        "select subtotal::integer, epoch(_version_at), _file_path from raw.orders order by 1"
    )
    assert versions == [(1, 1000.0, "orders/standard/f1.csv"), (2, 2000.0, "orders/standard/f2.csv")]
    logged = landing.rows("select path, modified_at from raw.load_log order by path")
    assert logged[0] == ("orders/standard/f1.csv", datetime(1970, 1, 1, 0, 16, 40))


def test_a_file_put_into_the_wrong_folder_loads_once_it_is_moved(landing: Landing):
    wrong = landing.put("clicks/standard/o.csv", ORDERS + "o1,2024-01-01,USD,1\n")
    assert landing.load().files[0].status == "quarantined"
    right = landing.folder / "orders/standard/o.csv"
    right.parent.mkdir(parents=True)
    wrong.rename(right)
    assert landing.load().files[0].status == "loaded"


def test_a_refused_file_is_tried_again_after_it_was_touched_or_renamed(landing: Landing):
    row = '{"event_at": "2024-01-01", "visitor_id": "v", "event_name": "x"}'
    path = landing.put("clicks/standard/c.csv", row)
    landing.load()
    assert landing.load().files[0].status == "skipped"
    later = time.time() + 5
    os.utime(path, (later, later))
    assert landing.load().files[0].status == "quarantined"
    path.rename(path.with_suffix(".jsonl"))
    assert landing.load().files[0].status == "loaded"


def test_a_corrected_file_clears_what_its_path_has_in_quarantine(landing: Landing):
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,-1\no2,2024-01-01,USD,1\n")
    landing.put("orders/standard/other.csv", ORDERS + "o3,2024-01-01,USD,-1\n")
    landing.load()
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,1\no2,2024-01-01,USD,1\n")
    landing.load()
    state = landing.rows("select path, cleared_at is not null from raw.quarantine order by path")
    assert state == [("orders/standard/o.csv", True), ("orders/standard/other.csv", False)]


def test_a_file_that_is_corrected_only_in_part_keeps_what_is_left(landing: Landing):
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,-1\no2,2024-01-01,XXQ,1\n")
    landing.load()
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,1\no2,2024-01-01,XXQ,1\n")
    landing.load()
    assert [row[:2] for row in landing.quarantined()] == [(3, "currency")]


def test_a_corrected_file_clears_a_refusal_of_the_whole(landing: Landing):
    landing.put("orders/standard/o.csv", "")
    landing.load()
    landing.put("orders/standard/o.csv", ORDERS + "o1,2024-01-01,USD,1\n")
    landing.load()
    assert landing.quarantined() == []


def test_a_file_that_changes_while_it_is_read_waits(landing: Landing, monkeypatch: pytest.MonkeyPatch):
    path = landing.put("clicks/standard/a.csv", ROW)
    insert = Target.insert

    def insert_while_somebody_writes(self, *args):
        rows = insert(self, *args)
        path.write_text(ROW + "e2,2024-01-01,v1,x\n")
        return rows

    monkeypatch.setattr(Target, "insert", insert_while_somebody_writes)
    result = landing.load().files[0]
    assert (result.status, landing.one("select count(*) from raw.clicks")) == ("waiting", (0,))
    assert landing.one("select count(*) from raw.load_log") == (0,)
    monkeypatch.undo()
    assert landing.load().files[0].rows == 2


def test_a_fault_of_the_machine_stops_the_run_and_leaves_nothing_half_done(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
):
    landing.put("clicks/standard/a.csv", ROW, mtime=100)
    landing.put("clicks/standard/b.csv", ROW.replace("e1", "e2"), mtime=200)
    insert = Target.insert

    def insert_until_the_disk_is_full(self, *args):
        rows = insert(self, *args)
        if self.file_id == 2:
            raise duckdb.IOException("No space left on device")
        return rows

    monkeypatch.setattr(Target, "insert", insert_until_the_disk_is_full)
    with pytest.raises(duckdb.IOException):
        landing.load()
    assert landing.rows("select event_id from raw.clicks") == [("e1",)]
    assert landing.one("select count(*) from raw.quarantine") == (0,)
    monkeypatch.undo()
    assert landing.load().rows_loaded == 1


def test_a_file_that_does_not_fit_into_memory_is_quarantined_and_the_run_goes_on(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
):
    landing.put("clicks/standard/a.csv", ROW, mtime=100)
    landing.put("clicks/standard/b.csv", ROW.replace("e1", "e2"), mtime=200)
    insert = Target.insert

    def insert_until_memory_ends(self, *args):
        if self.file_id == 1:
            raise duckdb.OutOfMemoryException("no more memory")
        return insert(self, *args)

    monkeypatch.setattr(Target, "insert", insert_until_memory_ends)
    first, second = landing.load().files
    assert "raise ROI_LOAD_MEMORY_BYTES" in str(first.reason)
    assert (first.status, second.status) == ("quarantined", "loaded")


def test_progress_is_told_file_by_file(landing: Landing):
    from orchestration.lib.ingestion import load_landing
    from tests.support.ingestion import HASH_KEY

    landing.put("clicks/standard/a.csv", ROW, mtime=100)
    landing.put("clicks/standard/b.csv", "", mtime=200)
    told = []
    load_landing(
        landing.con, landing.folder, HASH_KEY, landing.quarantine,
        on_progress=lambda result, done, total: told.append((result.path, result.status, done, total)),
    )  # fmt: skip
    assert told == [("clicks/standard/a.csv", "loaded", 1, 2), ("clicks/standard/b.csv", "quarantined", 2, 2)]


def test_an_empty_hash_key_is_refused_before_anything_is_written(landing: Landing):
    from orchestration.lib.ingestion import load_landing

    with pytest.raises(ValueError, match="ROI_HASH_KEY"):
        load_landing(landing.con, landing.folder, b"", landing.quarantine)
    assert landing.rows("select * from duckdb_tables()") == []


def test_another_hash_key_is_refused_before_anything_is_loaded(landing: Landing):
    """Rows under two keys would make two people of one; nothing that is kept says what the key is."""
    from orchestration.lib.ingestion import load_landing
    from orchestration.lib.ingestion.errors import OtherHashKey

    landing.put("clicks/standard/a.csv", "")
    landing.load()
    # Nothing was loaded yet, so any key will do.
    load_landing(landing.con, landing.folder, b"another key", landing.quarantine)
    landing.load()
    landing.put("clicks/standard/b.csv", ROW)
    landing.load()
    landing.put("clicks/standard/c.csv", ROW.replace("1", "2"))
    before = landing.rows("from raw.load_log")
    with pytest.raises(OtherHashKey, match=r"^ROI_HASH_KEY is not the key [^\n]*[.]$"):
        load_landing(landing.con, landing.folder, b"another key", landing.quarantine)
    assert landing.rows("from raw.load_log") == before
    landing.load()
    assert len(landing.rows("from raw.load_log")) == len(before) + 1


def test_a_warehouse_from_before_keys_were_compared_is_taken_as_it_is(landing: Landing):
    landing.put("clicks/standard/a.csv", ROW)
    landing.load()
    landing.con.execute("delete from raw.meta where key = 'hash_key_probe'")
    landing.load()
    assert len(landing.rows("from raw.meta where key = 'hash_key_probe'")) == 1


def test_limits_come_from_the_environment():
    limits = Limits.from_env({"ROI_MAX_GZ_BYTES": "5", "ROI_LOAD_MEMORY_BYTES": "7", "ROI_MAX_GZ_RATIO": ""})
    assert (limits.gz_bytes, limits.memory_bytes, limits.gz_ratio) == (5, 7, Limits().gz_ratio)
    for wrong in ("a lot", "0", "-1", "1.5"):
        with pytest.raises(ValueError, match="ROI_MAX_RECORD_BYTES"):
            Limits.from_env({"ROI_MAX_RECORD_BYTES": wrong})
