"""A warehouse built once for all tests that only look at it."""

from __future__ import annotations

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
