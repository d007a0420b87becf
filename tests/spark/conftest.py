"""A cluster of two workers for the tests of this room, in a folder and at ports of its own."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from orchestration.lib.spark import cluster
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.spark.place import PORTS, SparkPlace

# Tests are many small queries: compiling them thoroughly takes longer than running them, but each has code of
# its own, and the cache that this way of compiling comes with is too small for all of it.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
_TRIES = 3


def _missing() -> str | None:
    if any(importlib.util.find_spec(package) is None for package in ("pyspark", "pyhive")):
        return "Spark is not installed: make spark-setup"
    try:
        find_java()
    except SparkError as error:
        return str(error)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = _missing()
    for item in items if reason else []:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=str(reason)))


def _free_ports(first: int) -> int:
    """The first of enough free ports in a row, from one on; below those that systems give to clients."""
    for start in range(first, 32000, PORTS):
        if all(_is_free(port) for port in range(start, start + PORTS)):
            return start
    raise RuntimeError("there are no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkPlace]:
    """A master, two workers and a Thrift server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", _JAVA)
        place = start_cluster(tmp_path_factory.mktemp("spark"))
        yield place
        cluster.down(place)


@pytest.fixture(scope="session")
def spark_without_metastore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkPlace]:
    """The same, with a catalog that ends with its server: Hive's metastore is a fifth of a build's work.

    Queries are planned once and not anew after each stage, which is for data larger than plans.
    """
    settings = {
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", _JAVA)
        place = start_cluster(tmp_path_factory.mktemp("spark"), settings=settings)
        yield place
        cluster.down(place)


def start_cluster(
    folder: Path,
    first_port: int = 21000,
    workers: int = cluster.WORKERS,
    settings: Mapping[str, str] | None = None,
) -> SparkPlace:
    """A cluster at free ports, at others when somebody took one of them meanwhile."""
    for attempt in range(1, _TRIES + 1):
        place = SparkPlace("127.0.0.1", _free_ports(first_port), folder / f"attempt_{attempt}")
        try:
            cluster.up(place, workers, settings)
        except SparkError:
            if attempt == _TRIES:
                raise
            first_port = place.port + PORTS
        else:
            break
    return place
