"""Where Spark is, and what is said when that cannot be."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.lib.settings import ROOT, Settings, SettingsError
from orchestration.lib.spark.connection import require
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace


def test_defaults(tmp_path: Path) -> None:
    assert SparkPlace.from_env(tmp_path, {}) == SparkPlace("127.0.0.1", 10000, tmp_path / "spark")


def test_builds_are_incremental_unless_there_are_no_buckets(tmp_path: Path) -> None:
    for given, buckets in (({}, 16), ({"ROI_SPARK_BUCKETS": "0"}, 0), ({"ROI_SPARK_BUCKETS": "8"}, 8)):
        place = SparkPlace.from_env(tmp_path, given)
        assert place.buckets == buckets
        assert place.environment()["ROI_SPARK_BUCKETS"] == str(buckets)


def test_relative_folders_start_at_the_repository(tmp_path: Path) -> None:
    assert SparkPlace.from_env(tmp_path, {"ROI_SPARK_PATH": "shared"}).path == ROOT / "shared"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROI_SPARK_PORT", "ten"),
        ("ROI_SPARK_PORT", "80"),
        ("ROI_SPARK_PATH", "s3a://a bucket/roi"),
        ("ROI_SPARK_PATH", "s3a://bucket/roi?region=eu"),
        ("ROI_SPARK_BUCKETS", "-1"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is {re.escape(repr(value))}; it must be"):
        Settings.from_env({"ROI_DATA": str(tmp_path), "ROI_TARGET": "spark", name: value})


def test_an_object_store_is_an_address_beside_the_folder_of_this_machine(tmp_path: Path) -> None:
    place = SparkPlace.from_env(tmp_path, {"ROI_SPARK_PATH": "s3a://bucket/roi/"})
    assert (place.url, place.path) == ("s3a://bucket/roi", tmp_path / "spark")
    assert place.address("warehouse", "marts") == "s3a://bucket/roi/warehouse/marts"
    assert SparkPlace.from_env(tmp_path, place.environment()) == place
    assert place.environment()["ROI_SPARK_ADDRESS"] == "s3a://bucket/roi"


def test_a_folder_may_have_its_scheme(tmp_path: Path) -> None:
    place = SparkPlace.from_env(tmp_path, {"ROI_SPARK_PATH": f"file://{tmp_path}/shared"})
    assert place == SparkPlace.from_env(tmp_path, {"ROI_SPARK_PATH": f"{tmp_path}/shared"})
    assert place.address("seeds") == f"file:{tmp_path}/shared/seeds"


def test_only_the_target_spark_hands_on_where_it_is(tmp_path: Path) -> None:
    environment = {"ROI_DATA": str(tmp_path), "ROI_HASH_KEY": "a key"}
    on_spark = Settings.from_env({**environment, "ROI_TARGET": "spark"}).environment()
    assert on_spark["ROI_SPARK_PATH"] == str(tmp_path / "spark")
    assert len(on_spark["DBT_ENV_SECRET_ROI_PEPPER"]) == 64
    assert not [
        name for name in Settings.from_env(environment).environment() if "SPARK" in name or "PEPPER" in name
    ]


def test_a_session_is_a_target_of_its_own(tmp_path: Path) -> None:
    environment = {"ROI_DATA": str(tmp_path), "ROI_HASH_KEY": "a key"}
    for settings in (
        Settings.from_env({**environment, "ROI_TARGET": "spark_session"}),
        Settings.from_env(environment).on("spark_session", environment),
    ):
        assert settings.spark == replace(SparkPlace.from_env(tmp_path, {}), is_session=True)
        assert settings.spark.name == "Spark in this process"
        assert Settings.from_env({**environment, **settings.environment()}) == settings
    assert Settings.from_env(environment).on("duckdb").spark is None


@pytest.mark.parametrize("is_session", [False, True])
def test_spark_that_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_session: bool
) -> None:
    monkeypatch.setitem(sys.modules, "pyhive", None)
    with pytest.raises(
        SparkError, match=r"^Spark's client is not installed: run `make spark-setup` once[.]$"
    ):
        require(SparkPlace.from_env(tmp_path, {}, is_session))
