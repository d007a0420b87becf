"""Estimated attribution through loader and dbt: from landing files to the published weights."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.attribution.chain import Journey
from orchestration.lib.attribution.markov import markov_weights
from orchestration.lib.settings import Settings
from tests.support.paths import Taken, touch_key, write_world
from tests.support.warehouse import build, settings_for

MODELS_AND_SEEDS = ("build", "--exclude-resource-type", "test", "unit_test")
SELECTION = (*MODELS_AND_SEEDS, "-s", "+mart_channel_weights", "+fct_attribution")


def build_world(folder: Path, taken: list[Taken], variables: str = "{}", **options: Any) -> Settings:
    """Loads and builds what people did."""
    write_world(folder / "landing", folder / "registry", taken, **options)
    settings = settings_for(folder / "landing", folder / "registry", folder / "data", variables)
    build(settings, SELECTION)
    return settings


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def weights(settings: Settings, model: str, column: str) -> dict[str, float]:
    found = rows(
        settings,
        f"select touch_key, {column} from marts.mart_channel_weights where attribution_model = '{model}'",
    )
    return {key: float(value) for key, value in found}


def named(expected: dict[str, float]) -> Any:
    """Expected values under the warehouse's names, to 1e-9."""
    return pytest.approx({touch_key(key): value for key, value in expected.items()}, abs=1e-9)


@pytest.mark.slow
def test_example_3a(tmp_path: Path) -> None:
    built = build_world(tmp_path, [Taken("google", 2, 1), Taken("mailing", 1), Taken("google>mailing", 1)])
    rate = rows(built, "select distinct conversion_rate from intermediate.int_markov_effects")
    assert rate == [(pytest.approx(0.8, abs=1e-9),)]
    assert weights(built, "markov", "removal_effect") == named({"google": 0.75, "mailing": 0.5})
    assert weights(built, "markov", "conversions") == named({"google": 2.4, "mailing": 1.6})
    assert weights(built, "markov", "revenue") == named({"google": 240, "mailing": 160})
    assert weights(built, "shapley", "conversions") == named({"google": 2.5, "mailing": 1.5})
    credit = rows(
        built,
        """
        select influencer_id, sum(credit), sum(attributed_revenue)
        from marts.fct_attribution where attribution_model = 'markov' group by all order by all
        """,
    )
    # In the journey of both they share by their effects, 0.6 and 0.4.
    assert [(key, pytest.approx(share, abs=1e-9), float(money)) for key, share, money in credit] == [
        ("google", 2.6, 260.0), ("mailing", 1.4, 140.0),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_random_world_of_second_order_with_pools(tmp_path: Path) -> None:
    pick = random.Random(5)
    names = ["big1", "big2", "small1", "small2", "small3", "lone", "email", "direct"]
    weights_of_names = [30, 20, 2, 2, 1, 1, 20, 10]
    taken = [
        Taken(
            ">".join(pick.choices(names, weights_of_names, k=pick.randint(1, 5))),
            pick.randint(0, 2),
            pick.randint(0, 3),
        )
        for _ in range(80)
    ]
    tiers = {
        "big1": "mega",
        "big2": "mega",
        "small1": "nano",
        "small2": "nano",
        "small3": "nano",
        "lone": "micro",
    }
    built = build_world(
        tmp_path, taken, variables='{"markov_order": 2, "markov_min_journeys": 40}', tiers=tiers
    )

    pool = {"small1": "tier:nano", "small2": "tier:nano", "small3": "tier:nano", "lone": "tier:micro"}
    world = []
    for path, won, lost, _ in taken:
        keys = path.split(">")
        counted = [key for key in keys if key != "direct"] or keys
        world.append(Journey(tuple(pool.get(key, touch_key(key)) for key in counted), won, lost))
    expected = markov_weights(world, order=2)
    found = rows(
        built,
        """
        select coalesce(pooled_into, touch_key), max(removal_effect), sum(share), count(*)
        from marts.mart_channel_weights where attribution_model = 'markov' group by all
        """,
    )
    assert {key: effect for key, effect, _, _ in found} == pytest.approx(expected.removal_effects, abs=1e-9)
    assert {key: share for key, _, share, _ in found} == pytest.approx(expected.shares, abs=1e-9)
    assert {key: members for key, _, _, members in found if key.startswith("tier")} == {
        "tier:nano": 3,
        "tier:micro": 1,
    }


@pytest.mark.slow
def test_nobody_came(tmp_path: Path) -> None:
    built = build_world(tmp_path, [Taken("", 2)])
    assert rows(built, "select * from marts.mart_channel_weights") == []
    credit = rows(built, "select channel, credit from marts.fct_attribution__markov")
    assert credit == [("(unattributed)", 1.0)] * 2
