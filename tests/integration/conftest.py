"""A warehouse built once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.lib.settings import Settings
from tests.support.warehouse import build, settings_for
from tests.support.world import random_world, write_batch, write_registry


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small world of shared devices, repeated events and merged contacts, built and tested by dbt."""
    folder = tmp_path_factory.mktemp("built_world")
    write_registry(folder / "registry")
    settings = settings_for(folder / "landing", folder / "registry", folder / "data")
    write_batch(settings.landing, "everything", random_world(seed=5))
    build(settings, ["build", "--exclude-resource-type", "unit_test"])
    return settings


@pytest.fixture(scope="module")
def queries(built_world: Settings) -> dict[str, str]:
    """The compiled SQL of dbt's nodes, by name."""
    folder = built_world.dbt_target_dir / "compiled"
    return {file.stem: file.read_text(encoding="utf-8") for file in folder.rglob("*.sql")}


@pytest.fixture(scope="module")
def connection(built_world: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the built world: leave it as it was."""
    with duckdb.connect(str(built_world.warehouse)) as connection:
        yield connection
