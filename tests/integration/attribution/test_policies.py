"""The what-if of code policies equals what was done, whatever policy and rules are in force."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.warehouse import build, dbt, settings_for
from tests.support.world import random_world, write_batch, write_registry

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "variables",
    [
        '{"code_policy": "code_wins", "collapse_repeats": true}',
        '{"code_policy": "ignore", "direct_touches": "keep", "position_weights": [0.5, 0, 0.5]}',
    ],
)
def test_the_policy_in_force_is_what_was_done(tmp_path: Path, variables: str) -> None:
    write_registry(tmp_path / "registry")
    settings = settings_for(tmp_path / "landing", tmp_path / "registry", tmp_path / "data", variables)
    write_batch(settings.landing, "world", random_world(seed=3))
    build(
        settings,
        ["build", "--exclude-resource-type", "test", "unit_test", "-s", "+mart_code_policy_whatif"],
    )
    result = dbt(settings, ["test", "-s", "assert_policy_in_force_is_what_was_done"])
    assert result.success, [node.message for node in result.failures]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        coded = connection.execute("select count(*) from intermediate.int_order_codes").fetchall()[0][0]
        revenues = connection.execute(
            "select count(distinct attributed_revenue) from marts.mart_code_policy_whatif "
            "where influencer_id is null"
        ).fetchall()[0][0]
    # A world without codes, or one in which no policy matters, would prove nothing.
    assert coded > 5
    assert revenues > 1
