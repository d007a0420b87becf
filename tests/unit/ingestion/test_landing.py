"""What counts as a landing file, what waits, and what is refused unread."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from orchestration.lib.ingestion import ledger
from orchestration.lib.ingestion.formats import all_formats, folders
from orchestration.lib.ingestion.landing import discover, is_unfinished
from orchestration.lib.ingestion.readiness import look
from tests.support.ingestion import CLICKS, ORDERS, Landing

ROW = CLICKS + "e1,2024-01-01,v1,x\n"


def test_files_are_found_in_any_sub_folder_oldest_first(landing: Landing):
    landing.put("clicks/standard/2024/01/b.csv", ROW, mtime=200)
    landing.put("clicks/standard/a.csv", ROW, mtime=300)
    landing.put("clicks/standard/z.csv", ROW, mtime=100)
    assert [file.relative for file in discover(landing.folder)] == [
        "clicks/standard/z.csv", "clicks/standard/2024/01/b.csv", "clicks/standard/a.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.csv",
        "a.csv.part",
        "a.csv.tmp",
        "a.csv.crdownload",
        "a.csv~",
        "~$a.csv",
        "a.csv.done",
        "A.CSV.TMP",
    ],
)
def test_hidden_unfinished_and_marker_files_are_not_looked_at(landing: Landing, name: str):
    assert is_unfinished(name)
    landing.put(f"clicks/standard/{name}", "half")
    landing.put(f"clicks/standard/.sync/{name}.csv", "half")
    assert discover(landing.folder) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("visits/standard/a.csv", "unknown dataset folder 'visits'; expected one of clicks, orders"),
        ("a.csv", "unknown dataset folder ''"),
        (
            "clicks/a.csv",
            "unknown format folder clicks/; expected one of ga4, segment, snowplow, standard, weblog",
        ),
        ("clicks/matomo/a.csv", "unknown format folder clicks/matomo"),
        (
            "clicks/standard/a.xlsx",
            "unknown file extension for clicks/standard in 'a.xlsx'; expected .csv, .csv.gz",
        ),
        ("clicks/standard/a", "unknown file extension"),
        ("orders/weblog/a.log", "unknown format folder orders/weblog"),
    ],
)
def test_files_in_the_wrong_place_are_quarantined_whole(landing: Landing, path: str, reason: str):
    result = landing.load_one(path, ROW)
    assert result.status == "quarantined"
    assert str(result.reason).startswith(reason)
    assert landing.quarantined() == [(None, None, result.reason)]


def test_every_folder_of_the_contract_has_a_format():
    assert folders("clicks") == ["ga4", "segment", "snowplow", "standard", "weblog"]
    assert folders("orders") == ["shopify_api", "shopify_csv", "standard", "woocommerce"]
    assert folders("order_lines") == folders("refunds") == ["standard"]
    assert folders("contacts") == ["hubspot", "salesforce", "standard"]


@pytest.mark.parametrize(
    "name",
    [
        "access.log",
        "access.log.1",
        "access_log",
        "other_vhosts_access.log.2.gz",
        "access.log-20240131",
        "a.txt",
    ],
)
def test_rotated_logs_are_logs(name: str):
    assert all_formats()["clicks", "weblog"].reader(name) is not None


def test_names_with_blanks_quotes_patterns_and_letters_beyond_ascii(landing: Landing):
    names = [
        "sp ace.csv",
        "it's.csv",
        "ünï çödé 日本.csv",
        "a[1].csv",
        "a1.csv",
        "st*r?.csv",
        'q"uote;--.csv',
        "a\\b.csv",
    ]
    for i, name in enumerate(names):
        landing.put(f"clicks/standard/fol der/{name}", CLICKS + f"e{i},2024-01-01,{name[0]},x\n")
    report = landing.load()
    assert {file.status for file in report.files} == {"loaded"}
    assert landing.one("select count(distinct event_id) from raw.clicks") == (len(names),)
    bad = landing.put("clicks/standard/it's [bad]*.csv", CLICKS + "e1,never,v,x\n")
    landing.load()
    assert landing.one("select raw_text, path from raw.quarantine") == (
        "e1,never,v,x",
        f"clicks/standard/{bad.name}",
    )


def test_links_within_the_folder_are_files(landing: Landing):
    target = landing.put("clicks/standard/a.csv", ROW)
    (landing.folder / "clicks/standard/b.csv").symlink_to(target)
    landing.load()
    assert landing.one("select count(*) from raw.clicks") == (1,)


def test_links_out_of_the_folder_are_refused_unread(landing: Landing, tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_text(ROW)
    folder = landing.folder / "clicks/standard"
    folder.mkdir(parents=True)
    (folder / "file.csv").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    (folder / "chain.csv").symlink_to(folder / "file.csv")
    (folder / "nowhere.csv").symlink_to(folder / "gone.csv")
    (folder / "round").symlink_to(folder)
    report = landing.load()
    assert {(file.path.rsplit("/")[-1], file.status) for file in report.files} == {
        ("file.csv", "quarantined"), ("folder", "quarantined"), ("chain.csv", "quarantined"),
        ("nowhere.csv", "quarantined"),
    }  # fmt: skip
    assert "refused" in str(landing.result("clicks/standard/folder").reason)
    assert landing.one("select count(*) from raw.clicks") == (0,)
    again = landing.load()
    assert {file.status for file in again.files} == {"skipped"}


def test_a_file_that_may_not_be_read_is_tried_again(landing: Landing, monkeypatch: pytest.MonkeyPatch):
    landing.put("clicks/standard/a.csv", ROW)

    def denied(path: Path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ledger, "fingerprint", denied)
    assert landing.load().files[0].reason == "the file cannot be read (Permission denied)"
    assert landing.load().files[0].status == "skipped", "known, and still not readable"
    monkeypatch.undo()
    assert landing.load().files[0].status == "loaded"
    assert landing.quarantined() == []


def test_a_name_that_is_no_text_is_refused(landing: Landing):
    folder = landing.folder / "clicks/standard"
    folder.mkdir(parents=True)
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv"))).write_text(ROW)
    (folder / "line\nbreak.csv").write_text(ROW)
    report = landing.load()
    assert {file.reason for file in report.files} == {"the file name is not printable UTF-8; rename the file"}


def test_a_device_or_pipe_is_not_opened(landing: Landing):
    (landing.folder / "clicks/standard").mkdir(parents=True)
    os.mkfifo(landing.folder / "clicks/standard/pipe.csv")
    assert landing.load().files[0].reason == "not a regular file"


def test_a_look_waits_until_files_stop_changing(landing: Landing):
    landing.put("clicks/standard/a.csv", "half", mtime=100)
    first = look(landing.folder, None)
    assert (first.complete, first.growing) == ((), ("clicks/standard/a.csv",))
    landing.put("clicks/standard/a.csv", ROW, mtime=200)
    landing.put("clicks/standard/b.csv.part", "half")
    second = look(landing.folder, first.cursor)
    assert second.growing == ("clicks/standard/a.csv",)
    third = look(landing.folder, second.cursor)
    assert (third.complete, third.growing) == (("clicks/standard/a.csv",), ())
    landing.put("clicks/standard/b.csv", ORDERS)
    fourth = look(landing.folder, third.cursor)
    assert (fourth.complete, fourth.growing) == (("clicks/standard/a.csv",), ("clicks/standard/b.csv",))
    assert fourth.key == third.key != look(landing.folder, fourth.cursor).key


@pytest.mark.parametrize("marker", ["a.csv.done", "a.done"])
def test_a_done_marker_makes_a_file_complete_at_once(landing: Landing, marker: str):
    landing.put("clicks/standard/a.csv", ROW)
    landing.put(f"clicks/standard/{marker}", "")
    assert look(landing.folder, None).complete == ("clicks/standard/a.csv",)
    assert landing.load(settle_seconds=60).files[0].status == "loaded"


def test_a_cursor_that_cannot_be_read_only_makes_files_wait(landing: Landing):
    landing.put("clicks/standard/a.csv", ROW)
    for cursor in ("", "no json", "[1]"):
        assert look(landing.folder, cursor).growing == ("clicks/standard/a.csv",)


def test_fresh_files_can_be_left_for_the_next_run(landing: Landing):
    landing.put("clicks/standard/fresh.csv", ROW)
    landing.put("clicks/standard/old.csv", ROW.replace("e1", "e2"), mtime=time.time() - 100)
    report = landing.load(settle_seconds=60)
    assert [(file.path, file.status) for file in report.files] == [
        ("clicks/standard/old.csv", "loaded"), ("clicks/standard/fresh.csv", "waiting"),
    ]  # fmt: skip
    assert landing.one("select count(*) from raw.load_log") == (1,)
    assert landing.load().loaded[0].path == "clicks/standard/fresh.csv"
