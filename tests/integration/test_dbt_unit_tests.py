"""dbt's unit tests: the rules of the models, on rows written by hand."""

import pytest

from orchestration.lib.settings import Settings
from tests.support.warehouse import dbt


@pytest.mark.slow
def test_all_dbt_unit_tests_pass(built_world: Settings) -> None:
    """They need a built warehouse: its tables give the types of the fixtures, its seeds the rules."""
    result = dbt(built_world, ["test", "--select", "test_type:unit"])
    failures = [f"{node.name}:\n{node.message}" for node in result.failures]
    assert result.success, "\n\n".join([result.error or f"{len(failures)} dbt unit tests failed", *failures])
    assert len(result.nodes) > 60
