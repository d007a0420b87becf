"""A folder that served another warehouse: what was built there vouches for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.settings import Settings
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.place import SparkPlace
from tests.support.warehouse import build, settings_for
from tests.support.world import random_world, write_batch, write_registry

BUILD = ("build", "--exclude-resource-type", "test", "unit_test", "--select", "+int_build_fingerprint")


@pytest.fixture
def spark(spark_without_metastore: SparkPlace) -> SparkPlace:
    return spark_without_metastore


def _warehouse(spark: SparkPlace, folder: Path, seed: int) -> Settings:
    more = {"ROI_TARGET": "spark", **spark.environment()}
    settings = settings_for(
        folder / f"landing_{seed}", folder / "registry", folder / f"data_{seed}", more=more
    )
    write_batch(settings.landing, "all", random_world(seed))
    return settings


def _has_record(spark: SparkPlace) -> bool:
    with connect(spark) as cursor:
        cursor.execute("show tables in intermediate like 'int_build_recorded'")
        return len(cursor.fetchall()) == 1


def test_the_record_of_another_warehouse_goes(spark: SparkPlace, tmp_path: Path) -> None:
    """Its landing files have the same numbers. Seen to fail when the record named no files."""
    write_registry(tmp_path / "registry")
    first, second = (_warehouse(spark, tmp_path, seed) for seed in (6, 7))
    build(first, [*BUILD, "int_build_recorded"])
    with connect(spark) as cursor:
        # The rest of a complete build; without fingerprints of people no record vouches.
        cursor.execute("create or replace view intermediate.int_people_recorded as select 1 as person_key")
    build(first, BUILD)
    assert _has_record(spark)
    build(second, BUILD)
    assert not _has_record(spark)
