"""The cluster of this machine, and what is said when there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lib.settings import ROOT
from orchestration.lib.spark import cluster
from orchestration.lib.spark.connection import connect, require, require_workers
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import PORTS, SparkPlace
from tests.spark.conftest import start_cluster


def test_starting_twice_leaves_the_cluster_alone(spark: SparkPlace) -> None:
    before = cluster.processes(spark)
    assert [process.name for process in before] == ["master", "worker1", "worker2", "thriftserver"]
    assert cluster.up(spark) == before


def test_a_port_in_use_is_named(spark: SparkPlace, tmp_path: Path) -> None:
    with pytest.raises(SparkError, match=f"^Port {spark.port} is in use by another program: [^.]*[.]$"):
        cluster.up(SparkPlace(spark.host, spark.port, tmp_path))


def test_sessions_read_literals_as_duckdb_does(spark: SparkPlace) -> None:
    with connect(spark) as cursor:
        cursor.execute(r"select 'a\.b', current_timezone()")
        assert cursor.fetchall() == [(r"a\.b", "UTC")]


def test_no_server_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        SparkError, match=r"^No Spark answers at 127.0.0.1:1999: [^\n]* yours, or try [^\n]*[.]$"
    ):
        require(SparkPlace("127.0.0.1", 1999, tmp_path))


def test_what_is_no_thrift_server_is_one_sentence(spark: SparkPlace, tmp_path: Path) -> None:
    """The master's port speaks another protocol."""
    with (
        pytest.raises(
            SparkError, match=f"^What listens at 127.0.0.1:{spark.master_port} is no Spark Thrift server"
        ),
        connect(SparkPlace(spark.host, spark.master_port, tmp_path)),
    ):
        pass


def test_workers_that_work_are_enough(spark: SparkPlace) -> None:
    require_workers(spark)


def test_a_server_without_workers_is_one_sentence(spark: SparkPlace, tmp_path: Path) -> None:
    """Spark itself would wait for workers forever."""
    place = start_cluster(tmp_path, first_port=spark.port + PORTS, workers=0)
    try:
        said = f"^Spark at 127.0.0.1:{place.port} takes queries, but no worker has done one in 3 s: start"
        with pytest.raises(SparkError, match=said):
            require_workers(place, seconds=3)
    finally:
        cluster.down(place)


def test_a_refused_statement_is_one_sentence(spark: SparkPlace) -> None:
    with (
        pytest.raises(SparkError, match=f"^Spark at 127.0.0.1:{spark.port} refused a statement: .*nowhere"),
        connect(spark) as cursor,
    ):
        cursor.execute("select * from nowhere")


def test_a_run_without_spark_changes_nothing(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ROI_TARGET": "spark",
        "ROI_DATA": str(tmp_path / "data"),
        "ROI_SPARK_PORT": "1999",
    }
    run = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 1
    said = " ".join((run.stdout + run.stderr).split())
    assert said.startswith(
        "Error: No Spark answers at 127.0.0.1:1999: start one on this machine with `make spark-up`"
    )
    assert not (tmp_path / "data" / "roi.duckdb").exists()
    assert not (tmp_path / "data" / "warehouse.duckdb").exists()
