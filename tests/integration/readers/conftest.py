from pathlib import Path

import pytest

from orchestration.lib.publish import RunFacts, publish
from orchestration.lib.publish.results import read_tests
from orchestration.lib.settings import Settings
from tests.support.published import write_warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    write_warehouse(file, version=1)
    return file


@pytest.fixture(scope="session")
def published(built_world: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of a small world that dbt has really built."""
    file = tmp_path_factory.mktemp("published") / "roi.duckdb"
    facts = RunFacts("a-run", built_world.variables(), read_tests(built_world.dbt_target_dir))
    publish(built_world.warehouse, file, facts)
    return file
