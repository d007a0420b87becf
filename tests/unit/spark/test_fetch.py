"""What is fetched from Spark before what."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.spark import fetch
from orchestration.lib.spark.fetch import readable_first
from orchestration.lib.spark.place import SparkPlace


def test_a_view_comes_after_the_views_that_it_names() -> None:
    views = {
        "all_credit": "select * from marts.credit__a union all select * from `marts`.`credit__b`",
        "credit__a": "select key, best from intermediate.credits",
        "credit__b": "select key, all_credit from intermediate.credits",
        "best": "select * from marts.all_credit where credit = 1",
    }
    order = readable_first(views)
    assert sorted(order) == sorted(views)
    assert order.index("all_credit") > max(order.index("credit__a"), order.index("credit__b"))
    assert order.index("best") > order.index("all_credit")


class Cursor:
    """What Spark says of two marts, a table in buckets and a view over it, and of a history without runs."""

    def __init__(self, place: SparkPlace) -> None:
        self.place, self.answer = place, []

    def execute(self, statement: str) -> None:
        self.answer = {
            "show tables in marts": [("marts", "people", False), ("marts", "late_people", False)],
            "show tables in history": [],
            "describe table extended marts.people": [
                ("id", "int", ""), ("bucket_of_2", "int", ""), ("# Partition Information", "", ""),
                ("Location", self.place.address("warehouse", "marts", "people"), ""),
            ],
            "describe table extended marts.late_people": [
                ("id", "int", ""), ("", "", ""), ("View Text", "select id from marts.people where id=2", ""),
            ],
        }[statement]  # fmt: skip

    def fetchall(self) -> list[tuple]:
        return self.answer


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_marts_come_as_tables_and_views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    place = SparkPlace(
        "127.0.0.1", 10000, tmp_path / "shared", url=f"memory://fetch{tmp_path}" if kind == "memory" else ""
    )
    monkeypatch.setattr(fetch, "connect", lambda place: nullcontext(Cursor(place)))
    with place.store.aside() as aside, duckdb.connect() as con:
        for bucket in (0, 1):
            con.execute(f"copy (select {bucket}::int + 1 as id) to '{aside}/part' (format parquet)")
            place.store.put(aside / "part", f"warehouse/marts/people/bucket_of_2={bucket}/part-0.parquet")
        assert fetch.fetch(place, con, {"nodes": {}}) == {"people": "table", "late_people": "view"}
        assert con.execute("from marts.people order by id").fetchall() == [(1,), (2,)]
        assert con.execute("from marts.late_people").fetchall() == [(2,)]
