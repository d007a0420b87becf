"""Small worlds full of what really happens, arriving in batches, on both engines."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import duckdb

from orchestration.lib.manifest import prepare_manifest, read_manifest
from orchestration.lib.settings import Settings
from orchestration.lib.spark import cluster
from orchestration.lib.spark.fetch import fetch
from orchestration.lib.spark.place import SparkPlace
from tests.support.parity import differences
from tests.support.warehouse import build, settings_for
from tests.support.world import random_world, split, write_batch, write_registry

BUILD = ("build", "--exclude-resource-type", "test", "unit_test")


def _marts(settings: Settings) -> Settings:
    """Marts of Spark in the warehouse's file, as before they are published."""
    assert settings.spark
    manifest = read_manifest(prepare_manifest(settings))
    with duckdb.connect(str(settings.warehouse)) as con:
        fetch(settings.spark, con, manifest)
    return settings


def test_batches_on_spark_equal_one_build_on_duckdb(spark: SparkPlace, tmp_path: Path) -> None:
    """The second batch is late and corrects the first one; a worker is lost in the middle of its build."""
    world, registry = random_world(seed=5), tmp_path / "registry"
    write_registry(registry)
    on_spark = settings_for(
        tmp_path / "landing",
        registry,
        tmp_path / "spark",
        more={"ROI_TARGET": "spark", **spark.environment()},
    )
    for number, batch in enumerate(split(world, 5, batches=2)):
        write_batch(on_spark.landing, f"batch_{number}", batch)
        if number == 0:
            build(on_spark, BUILD)
            continue
        loss = threading.Timer(20, _lose_worker, [spark])
        loss.start()
        build(on_spark, BUILD)
        assert not loss.is_alive(), "the build was over before the worker was lost"
        loss.join()
        assert [process.name for process in cluster.processes(spark) if not process.is_alive] == ["worker1"]
        cluster.start_worker(spark, 1)
    on_duckdb = settings_for(tmp_path / "at_once", registry, tmp_path / "duckdb")
    write_batch(on_duckdb.landing, "everything", world)
    build(on_duckdb, BUILD)

    found = differences(on_duckdb.warehouse, _marts(on_spark).warehouse)
    assert not found, "\n".join(found[:20])


def _lose_worker(spark: SparkPlace) -> None:
    """As if its machine were gone: the worker and its executor, without a word."""
    worker = next(process for process in cluster.processes(spark) if process.name == "worker1")
    os.killpg(worker.pid, signal.SIGKILL)
