"""Raw tables as files for Spark: only what is new is written, and only what is whole is ever read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from orchestration.lib.ingestion import load_landing
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.raw_files import definitions, export, read_manifest
from tests.support.world import random_world, split, write_batch


@pytest.fixture
def place(tmp_path: Path) -> SparkPlace:
    return SparkPlace("127.0.0.1", 10000, tmp_path / "shared folder")


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[SparkPlace]:
    """An object store, as far as this program can tell: fsspec's own, in memory."""
    yield SparkPlace("127.0.0.1", 10000, tmp_path / "unused", url=f"memory://bucket{tmp_path}")
    MemoryFileSystem.store.clear()


def files_of(place: SparkPlace, table: str) -> set[Path]:
    return set((place.raw / table).rglob("*.parquet"))


def load(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_landing(con, tmp_path / "landing", b"a key", tmp_path / "quarantine")


def rows(con: duckdb.DuckDBPyConnection, place: SparkPlace, table: str) -> int:
    files = [str(file) for file in files_of(place, table)]
    return con.read_parquet(files).aggregate("count(*)").fetchall()[0][0]


def test_a_second_load_adds_files_and_touches_none(tmp_path: Path, place: SparkPlace) -> None:
    first, second = split(random_world(3), 3, batches=2)
    with duckdb.connect() as con:
        write_batch(tmp_path / "landing", "first", first)
        load(con, tmp_path)
        manifest = export(con, place)
        before = {file: file.stat().st_mtime_ns for file in files_of(place, "clicks")}
        assert manifest.clicks == rows(con, place, "clicks") == len(first["clicks"])

        write_batch(tmp_path / "landing", "second", second)
        load(con, tmp_path)
        manifest = export(con, place)
        after = {file: file.stat().st_mtime_ns for file in files_of(place, "clicks")}
        assert before.items() < after.items()
        assert manifest.clicks == rows(con, place, "clicks") == len(first["clicks"]) + len(second["clicks"])
        assert rows(con, place, "orders") == len(first["orders"]) + len(second["orders"])

        export(con, place)
        assert files_of(place, "clicks") == set(after)


def test_days_are_folders(tmp_path: Path, place: SparkPlace) -> None:
    with duckdb.connect() as con:
        write_batch(tmp_path / "landing", "all", random_world(3))
        load(con, tmp_path)
        export(con, place)
        days = {
            f"day={day}"
            for (day,) in con.execute("select distinct event_at::date from raw.clicks").fetchall()
        }
    assert {file.parent.name for file in files_of(place, "clicks")} == days


def test_what_a_killed_export_left_is_removed(tmp_path: Path, place: SparkPlace) -> None:
    with duckdb.connect() as con:
        write_batch(tmp_path / "landing", "all", random_world(3))
        load(con, tmp_path)
        export(con, place)
        whole = files_of(place, "clicks")
        half = next(iter(whole)).with_name("batch-000002-0.parquet")
        half.write_bytes(b"PAR1 half of a file")
        stray = place.raw / "orders" / "version-000009" / "part.parquet"
        stray.parent.mkdir()
        stray.write_bytes(b"half")
        export(con, place)
    assert files_of(place, "clicks") == whole
    assert not stray.exists()


def test_other_keys_mean_other_files(tmp_path: Path, place: SparkPlace) -> None:
    """After an upgrade of DuckDB the loader computes the keys of stored clicks anew."""
    with duckdb.connect() as con:
        write_batch(tmp_path / "landing", "all", random_world(3))
        load(con, tmp_path)
        clicks = export(con, place).clicks
        con.execute("update raw.meta set value = 'another hash' where key = 'hash_probe'")
        con.execute("update raw.clicks set event_key = event_key + 1")
        assert export(con, place).clicks == clicks == rows(con, place, "clicks")
        keys = con.read_parquet([str(file) for file in files_of(place, "clicks")]).project("event_key")
        assert set(keys.fetchall()) == set(con.execute("select event_key from raw.clicks").fetchall())


def test_another_warehouse_means_other_files(tmp_path: Path, place: SparkPlace) -> None:
    """As many rows from as many files of other content are not what the folder holds."""
    world = random_world(3)
    for name, domain in (("one", "mail.example"), ("other", "post.example")):
        with duckdb.connect() as con:
            folder = tmp_path / name
            text_of = {"clicks": [{**row, "page_url": f"https://{domain}/"} for row in world["clicks"]]}
            write_batch(folder / "landing", "all", text_of)
            load(con, folder)
            assert export(con, place).clicks == rows(con, place, "clicks")
            found = con.read_parquet([str(file) for file in files_of(place, "clicks")])
            assert found.project("page_url").distinct().fetchall() == [(f"https://{domain}/",)]


def test_spark_is_told_of_the_manifests_version_only(tmp_path: Path, place: SparkPlace) -> None:
    with duckdb.connect() as con:
        (tmp_path / "landing").mkdir()
        load(con, tmp_path)
        export(con, place)
        export(con, place)
    statements = definitions(place, read_manifest(place))
    orders = next(text for text in statements if text.startswith("create table raw_files.orders"))
    assert orders.endswith(f"location 'file:{place.raw}/orders/version-000002'")
    assert "event_at timestamp" in next(text for text in statements if "raw_files.clicks (" in text)


def test_an_object_store_gets_the_same_files(tmp_path: Path, place: SparkPlace, bucket: SparkPlace) -> None:
    with duckdb.connect() as con:
        for name, batch in enumerate(split(random_world(3), 3, batches=2)):
            write_batch(tmp_path / "landing", str(name), batch)
            load(con, tmp_path)
            assert export(con, bucket) == export(con, place) == read_manifest(bucket)
            bucket.store.write("raw/clicks/day=2026-01-05/batch-000009-0.parquet", "half")
            bucket.store.write("raw/orders/version-000009/part.parquet", "half")
        export(con, bucket)
        export(con, place)
    names = [f"raw/{file.relative_to(place.raw).as_posix()}" for file in place.raw.rglob("*.*")]
    assert bucket.store.files("raw") == sorted(names)
    assert not bucket.path.exists()
    orders = next(text for text in definitions(bucket, read_manifest(bucket)) if "raw_files.orders (" in text)
    assert orders.endswith(f"location '{bucket.url}/raw/orders/version-000003'")
