"""A cluster of two workers for the tests of this room, in a folder and at ports of its own."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.lib.spark import cluster
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.spark.place import PORTS, SparkPlace

# Tests are many small queries: compiling them thoroughly takes longer than running them.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


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


def _free_ports() -> int:
    """The first of enough free ports in a row."""
    for first in range(21000, 60000, 100):
        if not any(_is_taken(port) for port in range(first, first + PORTS)):
            return first
    raise RuntimeError("there are no free ports")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkPlace]:
    """A master, two workers and a Thrift server."""
    place = SparkPlace("127.0.0.1", _free_ports(), tmp_path_factory.mktemp("spark"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", _JAVA)
        cluster.up(place)
        yield place
        cluster.down(place)
