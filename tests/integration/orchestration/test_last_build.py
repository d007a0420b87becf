"""A build is made again unless nothing that it rests on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.lib import last_build
from orchestration.lib.settings import Settings
from tests.support.warehouse import load, settings_for
from tests.support.world import random_world, write_batch, write_registry


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A data folder with rows in `raw` and a complete build on record."""
    write_registry(tmp_path / "registry")
    settings = settings_for(tmp_path / "landing", tmp_path / "registry", tmp_path / "data")
    write_batch(settings.landing, "all", random_world(seed=1, visitors=3))
    load(settings)
    dbt_ran(settings, "first")
    last_build.remember(settings)
    return settings


def dbt_ran(settings: Settings, invocation: str) -> Settings:
    """What dbt leaves of a command."""
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    results = {"metadata": {"invocation_id": invocation}, "results": []}
    (settings.dbt_target_dir / "run_results.json").write_text(json.dumps(results))
    return settings


def registry_changed(settings: Settings) -> Settings:
    file = settings.registry / "influencers.csv"
    # As long as before, and as old: only its content tells.
    file.write_bytes(file.read_bytes().replace(b"Creator 0", b"Creator 9"))
    return settings


def file_landed(settings: Settings) -> Settings:
    write_batch(settings.landing, "more", random_world(seed=2, visitors=2))
    load(settings)
    return settings


def warehouse_made_anew(settings: Settings) -> Settings:
    settings.warehouse.unlink()
    load(settings)
    return settings


def build_began(settings: Settings) -> Settings:
    last_build.forget(settings)
    return settings


@pytest.mark.parametrize(
    "change",
    [
        registry_changed,
        file_landed,
        warehouse_made_anew,
        build_began,
        lambda settings: replace(settings, vars={"half_life_hours": 24}),
        lambda settings: replace(settings, hash_key=b"another key"),
        lambda settings: dbt_ran(settings, "a command by hand"),
    ],
    ids=["registry", "file", "warehouse", "begun", "setting", "key", "dbt by hand"],
)
def test_what_a_build_rests_on(built: Settings, change: Callable[[Settings], Settings]) -> None:
    assert last_build.stands(built) is not None
    assert last_build.stands(change(built)) is None


def test_nothing_new_is_no_change(built: Settings) -> None:
    load(built)
    assert last_build.stands(built) is not None


@pytest.mark.parametrize("file", ["dbt_project/models/marts/new.sql", "orchestration/new.py", "profiles.yml"])
def test_code_is_what_a_build_rests_on(
    built: Settings, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    for folder in ("dbt_project/models/marts", "orchestration", "seeds/reference"):
        (root / folder).mkdir(parents=True)
    (root / "profiles.yml").touch()
    monkeypatch.setattr(last_build, "ROOT", root)
    monkeypatch.setattr(last_build, "DBT_PROJECT", root / "dbt_project")
    last_build.remember(built)
    assert last_build.stands(built) is not None
    (root / file).write_text("other code")
    assert last_build.stands(built) is None


def test_without_a_build_nothing_stands(tmp_path: Path) -> None:
    write_registry(tmp_path / "registry")
    settings = settings_for(tmp_path / "landing", tmp_path / "registry", tmp_path / "data")
    assert last_build.stands(settings) is None
    assert not settings.warehouse.exists()
    load(settings)
    dbt_ran(settings, "by hand")
    assert last_build.stands(settings) is None


def test_the_record_is_of_one_build(built: Settings) -> None:
    last_build.remember(built)
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.last_build").fetchone() == (1,)
