"""An incremental build equals a full one, row by row, whatever arrives in whatever order."""

import random
from pathlib import Path

import pytest

from tests.support.history import assert_changes_are_explained
from tests.support.warehouse import build, settings_for, tables
from tests.support.world import random_world, split, write_batch, write_registry

# Bookkeeping of builds; everything else must be equal.
BUILD_TABLES = (
    *("int_build_fingerprint", "int_build_recorded"),
    *("int_changed_visitors", "int_changed_clicks", "int_changed_entries", "int_changed_sources"),
    *("int_restated_visitors", "int_changed_people", "int_moved_people", "int_restated_people"),
)
SCHEMAS = ("intermediate", "marts")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11])
def test_incremental_builds_equal_one_full_build(tmp_path: Path, seed: int) -> None:
    """Late and repeated events, merges of old people, new versions of orders, refunds, a corrected registry.

    Seen to fail when people that vanish in a merge were left out of int_changed_people or int_moved_people.
    """
    world = random_world(seed)
    pick = random.Random(seed)
    batches = split(world, seed, batches=3)
    registry = tmp_path / "registry"
    write_registry(registry)
    stepwise = settings_for(tmp_path / "stepwise", registry, tmp_path / "stepwise_data")
    for number, batch in enumerate(batches):
        write_batch(stepwise.landing, f"batch_{pick.randrange(10**6)}_{number}", batch)
        if number == 1:
            write_registry(registry, corrected=True)
        build(stepwise, ["build", "--exclude-resource-type", "test", "unit_test"])

    assert_changes_are_explained(stepwise.warehouse, runs=len(batches))

    at_once = settings_for(tmp_path / "at_once", registry, tmp_path / "at_once_data")
    write_batch(at_once.landing, "everything", world)
    build(at_once, ["build", "--exclude-resource-type", "test", "unit_test"], full_refresh=True)

    expected = tables(at_once.warehouse, SCHEMAS, BUILD_TABLES)
    found = tables(stepwise.warehouse, SCHEMAS, BUILD_TABLES)
    assert found.keys() == expected.keys()
    assert len(expected["marts.fct_conversions"]) > 50
    different = {
        name: _difference(found[name], expected[name]) for name in expected if found[name] != expected[name]
    }
    assert not different, "\n".join(f"{name}: {text}" for name, text in different.items())


def _difference(found: list[tuple[str]], expected: list[tuple[str]]) -> str:
    more, less = set(found) - set(expected), set(expected) - set(found)
    rows = f"{len(found)} rows, expected {len(expected)}"
    return f"{rows}; only here {sorted(more)[:2]}; missing {sorted(less)[:2]}"
