"""Spark's tables as DuckDB reads them, in a folder and in an object store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.store import open_store
from orchestration.lib.spark.tables import read_tables

ROWS = [(1, "a'b"), (2, None), (3, "c")]


class Cursor:
    """What Spark says of a table in buckets that lies at an address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def execute(self, statement: str) -> None:
        assert statement == "describe table extended marts.people"

    def fetchall(self) -> list[tuple[str, str, str]]:
        return [
            ("id", "int", ""), ("name", "string", ""), ("bucket_of_2", "int", ""),
            ("# Partition Information", "", ""), ("Location", self.address, ""),
        ]  # fmt: skip


@pytest.fixture(params=["folder", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SparkPlace]:
    url = f"memory://bucket{tmp_path}" if request.param == "memory" else ""
    yield SparkPlace("127.0.0.1", 10000, tmp_path / "a folder", url=url)
    MemoryFileSystem.store.clear()


def write_people(place: SparkPlace) -> None:
    """A file a bucket, and what Spark leaves beside them."""
    with place.store.aside() as aside, duckdb.connect() as con:
        for bucket in (0, 1):
            rows = ", ".join(
                f"({key}, {'null' if name is None else duckdb_literal(name)})"
                for key, name in ROWS
                if key % 2 == bucket
            )
            con.execute(
                f"copy (select id, name::varchar as name from (values {rows}) as people (id, name)) "
                f"to '{aside}/part' (format parquet)"
            )
            place.store.put(
                aside / "part", f"warehouse/marts/people/bucket_of_2={bucket}/part-0.snappy.parquet"
            )
    place.store.write("warehouse/marts/people/_SUCCESS", "")
    place.store.write("warehouse/marts/people/.spark-staging-1/bucket_of_2=0/part-9.parquet", "half")


def duckdb_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def test_rows_are_those_of_the_tables_files(place: SparkPlace) -> None:
    write_people(place)
    cursor = Cursor(place.address("warehouse", "marts", "people"))
    with read_tables(place, cursor) as tables, duckdb.connect() as con:
        assert con.execute(f"{tables.select('marts.people')} order by id").fetchall() == ROWS


def test_a_table_without_files_has_no_rows(place: SparkPlace) -> None:
    cursor = Cursor(place.address("warehouse", "marts", "people"))
    with read_tables(place, cursor) as tables, duckdb.connect() as con:
        assert con.execute(tables.select("marts.people")).fetchall() == []


def test_a_table_at_another_place_is_named(place: SparkPlace) -> None:
    with (
        read_tables(place, Cursor("s3a://elsewhere/people")) as tables,
        pytest.raises(
            SparkError, match="^marts.people lies at s3a://elsewhere/people, which is not below ROI"
        ),
    ):
        tables.select("marts.people")


def test_files_come_and_go_as_a_whole(place: SparkPlace, tmp_path: Path) -> None:
    store = place.store
    assert store.read("manifest.json") is None
    assert store.files("raw") == []
    store.write("raw/manifest.json", "one")
    store.write("raw/manifest.json", "two")
    (tmp_path / "written").write_bytes(b"rows")
    store.put(tmp_path / "written", "raw/clicks/day=2026-01-05/part.parquet")
    assert store.read("raw/manifest.json") == "two"
    assert store.files("raw") == ["raw/clicks/day=2026-01-05/part.parquet", "raw/manifest.json"]
    with store.aside() as aside:
        (copy,) = store.local(["raw/clicks/day=2026-01-05/part.parquet"], aside)
        assert copy.read_bytes() == b"rows"
    store.remove(store.files("raw/clicks"))
    assert store.files("raw") == ["raw/manifest.json"]
    assert not aside.exists()


@pytest.mark.parametrize("address", ["nobody://bucket/roi", "abfss://no account"])
def test_a_store_that_cannot_be_used_is_one_sentence(address: str) -> None:
    with pytest.raises(SparkError, match=f"^ROI_SPARK_PATH is '{address}', which cannot be used from here"):
        open_store(address)
