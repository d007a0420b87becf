"""Small worlds full of what really happens, arriving in batches, and a world of extremes, on both engines."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.dbt_runner import NodeEvent
from orchestration.lib.manifest import prepare_manifest, read_manifest
from orchestration.lib.settings import Settings
from orchestration.lib.spark import cluster, session
from orchestration.lib.spark.fetch import fetch
from orchestration.lib.spark.place import SparkPlace
from tests.support.hostile_world import write_hostile_world
from tests.support.parity import differences
from tests.support.warehouse import build, settings_for
from tests.support.world import random_world, split, write_batch, write_registry

# A build on Spark takes minutes, however small its world: `make test-spark-slow`.
pytestmark = pytest.mark.slow

BUILD = ("build", "--exclude-resource-type", "test", "unit_test")
HOSTILE = '{"reporting_timezone": "Europe/Berlin", "max_quarantine_share": 1}'
EVENTS, ORDERS = 2_000, 100
# About a third of the models are built when this one is.
LOSES_A_WORKER = "int_session_entries"


@pytest.fixture
def spark(spark_without_metastore: SparkPlace) -> SparkPlace:
    return spark_without_metastore


def _on_spark(spark: SparkPlace, folder: Path, variables: str = "{}") -> Settings:
    more = {"ROI_TARGET": "spark_session" if spark.is_session else "spark", **spark.environment()}
    return settings_for(folder / "landing", folder / "registry", folder / "spark", variables, more)


def _on_duckdb(folder: Path, landing: Path, variables: str = "{}") -> Settings:
    return settings_for(landing, folder / "registry", folder / "duckdb", variables)


def _different_marts(on_duckdb: Settings, on_spark: Settings) -> str:
    """What differs between DuckDB's marts and Spark's, which come into the warehouse's file."""
    assert on_spark.spark
    manifest = read_manifest(prepare_manifest(on_spark))
    with duckdb.connect(str(on_spark.warehouse)) as con:
        fetch(on_spark.spark, con, manifest)
    return "\n".join(differences(on_duckdb.warehouse, on_spark.warehouse)[:20])


def test_batches_on_spark_equal_one_build_on_duckdb(spark: SparkPlace, tmp_path: Path) -> None:
    """The second batch is late, corrects the first one and brings extremes; its build loses a worker."""
    world = random_world(seed=5)
    write_registry(tmp_path / "registry")
    on_spark = _on_spark(replace(spark, buckets=8), tmp_path, HOSTILE)
    first, second = split(world, 5, batches=2)
    write_batch(on_spark.landing, "batch_0", first)
    build(on_spark, BUILD)
    write_batch(on_spark.landing, "batch_1", second)
    write_hostile_world(on_spark.landing, EVENTS, ORDERS)
    after: list[str] = []

    def lose_worker(node: NodeEvent) -> None:
        if after or node.name == LOSES_A_WORKER:
            after.append(node.name)
        if len(after) == 1:
            _lose_worker(spark)

    build(on_spark, BUILD, on_node=lose_worker)
    assert len(after) > 50, "the build was over, or nearly so, before the worker was lost"
    assert [process.name for process in cluster.processes(spark) if not process.is_alive] == ["worker1"]
    cluster.start_worker(spark, 1)

    on_duckdb = _on_duckdb(tmp_path, tmp_path / "at_once", HOSTILE)
    write_batch(on_duckdb.landing, "everything", world)
    write_hostile_world(on_duckdb.landing, EVENTS, ORDERS)
    build(on_duckdb, BUILD)
    different = _different_marts(on_duckdb, on_spark)
    assert not different, different


def _lose_worker(spark: SparkPlace) -> None:
    """As if its machine were gone: the worker and its executor, without a word."""
    worker = next(process for process in cluster.processes(spark) if process.name == "worker1")
    os.killpg(worker.pid, signal.SIGKILL)


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_random_worlds(spark: SparkPlace, tmp_path: Path, seed: int) -> None:
    write_registry(tmp_path / "registry")
    on_spark = _on_spark(spark, tmp_path)
    write_batch(on_spark.landing, "everything", random_world(seed))
    on_duckdb = _on_duckdb(tmp_path, on_spark.landing)
    for settings in (on_spark, on_duckdb):
        build(settings, BUILD)
    different = _different_marts(on_duckdb, on_spark)
    assert not different, different


def test_two_batches_in_a_session(tmp_path: Path) -> None:
    """Without a server, in this process; the second build is a partial one."""
    world = random_world(seed=9)
    write_registry(tmp_path / "registry")
    on_spark = _on_spark(SparkPlace.from_env(tmp_path, {}, is_session=True), tmp_path)
    for number, batch in enumerate(split(world, 9, batches=2)):
        write_batch(on_spark.landing, f"batch_{number}", batch)
        build(on_spark, BUILD)
        assert not session.is_running()
    on_duckdb = _on_duckdb(tmp_path, tmp_path / "at_once")
    write_batch(on_duckdb.landing, "everything", world)
    build(on_duckdb, BUILD)
    different = _different_marts(on_duckdb, on_spark)
    assert not different, different


def test_a_hostile_world(spark: SparkPlace, tmp_path: Path) -> None:
    """A visitor with most events, ids that attack, instants at the ends of time, days of Berlin."""
    write_registry(tmp_path / "registry")
    on_spark = _on_spark(spark, tmp_path, HOSTILE)
    write_hostile_world(on_spark.landing, EVENTS, ORDERS)
    on_duckdb = _on_duckdb(tmp_path, on_spark.landing, HOSTILE)
    for settings in (on_spark, on_duckdb):
        build(settings, BUILD)
    different = _different_marts(on_duckdb, on_spark)
    assert not different, different
