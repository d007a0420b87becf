"""A cluster of two workers for the tests of this room, in a folder and at ports of its own."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.lib.settings import Settings
from orchestration.lib.spark import cluster
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.spark.place import PORTS, SparkPlace
from tests.support.warehouse import KEY


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
        with socket.socket() as probe:
            try:
                for port in range(first, first + PORTS):
                    with socket.socket() as each:
                        each.bind(("127.0.0.1", port))
            except OSError:
                continue
            del probe
            return first
    raise RuntimeError("no free ports")


@dataclass(frozen=True)
class Cluster:
    """A running cluster, and settings that build on it."""

    place: SparkPlace

    def settings(self, landing: Path, registry: Path, data: Path, variables: str = "{}") -> Settings:
        """Settings of a scratch warehouse that this cluster builds."""
        landing.mkdir(parents=True, exist_ok=True)
        return Settings.from_env(
            {
                "ROI_LANDING": str(landing),
                "ROI_REGISTRY": str(registry),
                "ROI_DATA": str(data),
                "ROI_VARS": variables,
                "ROI_HASH_KEY": KEY,
                "ROI_TARGET": "spark",
                **self.place.environment(),
            }
        )


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master, two workers and a Thrift server."""
    place = SparkPlace("127.0.0.1", _free_ports(), tmp_path_factory.mktemp("spark"))
    cluster.up(place)
    before = {name: os.environ.get(name) for name in place.environment()}
    yield Cluster(place)
    cluster.down(place)
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
