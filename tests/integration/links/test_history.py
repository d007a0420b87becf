"""Results are kept as a table with history."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb

from orchestration.lib.links.checker.agents import choose_agents
from orchestration.lib.links.checker.check import Check, check_links
from orchestration.lib.links.checker.history import COLUMNS, FOLDER, read_history, read_latest, save
from tests.integration.links.conftest import QUERY, QUICK, make_link
from tests.support.web import Site


def checked(shop: Site, trust: object) -> list[Check]:
    link = replace(make_link(shop.url(f"/p?{QUERY}")), link_id="lnk_good")
    gone = replace(make_link(shop.url(f"/gone?{QUERY}")), link_id="lnk_gone", campaign_id=None)
    return check_links([link, gone], choose_agents(["desktop", "iphone"]), "", QUICK, tls=trust)  # type: ignore[arg-type]


def test_before_the_first_check_there_is_nothing(tmp_path: Path) -> None:
    assert read_history(tmp_path) == read_latest(tmp_path) == []
    assert save(tmp_path, []) is None
    assert not (tmp_path / FOLDER).exists()


def test_each_check_run_adds_to_the_table(shop: Site, trust: object, tmp_path: Path) -> None:
    checks = checked(shop, trust)
    first = save(tmp_path, checks)
    later = [replace(each, checked_at=each.checked_at + timedelta(hours=1)) for each in checks]
    second = save(tmp_path, later[:2])
    assert first and second and first != second

    history = read_history(tmp_path)
    assert [row.check_run_id for row in history] == [second] * 2 + [first] * 4
    assert [row.link_id for row in read_history(tmp_path, "lnk_gone")] == ["lnk_gone"] * 2

    latest = read_latest(tmp_path)
    assert [(row.link_id, row.agent, row.outcome, row.check_run_id) for row in latest] == [
        ("lnk_gone", "desktop", "error", first),
        ("lnk_gone", "iphone", "error", first),
        ("lnk_good", "desktop", "ok", second),
        ("lnk_good", "iphone", "ok", second),
    ]
    worst = latest[0]
    assert (worst.final_status, worst.hops, worst.campaign_id) == (404, 1, None)
    assert "answers 404" in worst.messages()[0]
    assert json.loads(worst.way) == [
        {
            "url": shop.url(f"/gone?{QUERY}"),
            "status": 404,
            "by": None,
            "seconds": json.loads(worst.way)[0]["seconds"],
        }
    ]


def test_any_duckdb_client_reads_it_as_one_table(shop: Site, trust: object, tmp_path: Path) -> None:
    save(tmp_path, checked(shop, trust))
    query = f"describe select * from '{tmp_path}/{FOLDER}/*.parquet'"
    with duckdb.connect() as connection:
        described = connection.execute(query).fetchall()
    assert [(name, kind.lower()) for name, kind, *_ in described] == [
        (name, kind) for name, kind, _ in COLUMNS
    ]


def test_half_a_file_is_not_part_of_the_table(shop: Site, trust: object, tmp_path: Path) -> None:
    save(tmp_path, checked(shop, trust))
    (tmp_path / FOLDER / ".20260101T000000-aa.1.tmp").write_bytes(b"PAR1 half")
    assert len(read_history(tmp_path)) == 4
