"""Settings: where things are, and that a wrong one stops before anything is written."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestration.lib import settings as module
from orchestration.lib.settings import ROOT, Settings, SettingsError


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for name in ("landing", "registry"):
        (tmp_path / name).mkdir()
    return {
        "ROI_LANDING": str(tmp_path / "landing"),
        "ROI_REGISTRY": str(tmp_path / "registry"),
        "ROI_DATA": str(tmp_path / "data"),
    }


def test_paths_follow_the_data_folder(env: dict[str, str], tmp_path: Path) -> None:
    settings = Settings.from_env(env)
    assert settings.landing == tmp_path / "landing"
    assert settings.warehouse == tmp_path / "data" / "warehouse.duckdb"
    assert settings.published == tmp_path / "data" / "roi.duckdb"
    assert settings.quarantine_dir == tmp_path / "data" / "quarantine"
    assert settings.target == "duckdb"
    assert settings.vars == {}


def test_relative_paths_start_at_the_repository_root(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({**env, "ROI_DATA": "build/somewhere"}, create=False)
    assert settings.data == ROOT / "build" / "somewhere"
    assert not settings.data.exists()


def test_empty_variables_count_as_unset(env: dict[str, str]) -> None:
    settings = Settings.from_env({**env, "ROI_TARGET": "", "ROI_VARS": "", "ROI_HASH_KEY": ""})
    assert settings.target == "duckdb"
    assert settings.vars == {}
    assert len(settings.hash_key) == 64


@pytest.mark.parametrize("variable", ["ROI_LANDING", "ROI_REGISTRY"])
def test_a_missing_folder_is_named_and_nothing_is_written(
    env: dict[str, str], tmp_path: Path, variable: str
) -> None:
    missing = str(tmp_path / "not there")
    with pytest.raises(SettingsError) as error:
        Settings.from_env({**env, variable: missing})
    assert variable in str(error.value)
    assert missing in str(error.value)
    assert not (tmp_path / "data").exists()


def test_a_file_in_place_of_a_folder_is_named(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for variable in ("ROI_LANDING", "ROI_DATA"):
        with pytest.raises(SettingsError, match=f"{variable}.*is not a folder"):
            Settings.from_env({**env, variable: str(file)})


def test_an_unknown_target_is_named_with_the_allowed_ones(env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ROI_TARGET is 'oracle'; allowed are duckdb"):
        Settings.from_env({**env, "ROI_TARGET": "oracle"})
    assert not (tmp_path / "data").exists()


def test_known_variables_are_taken(env: dict[str, str]) -> None:
    wanted = {
        "half_life_hours": 72.5,
        "direct_touches": "keep",
        "position_weights": [0.3, 0.4, 0.3],
        "gross_margin_pct": None,
        "reporting_timezone": "America/New_York",
        "restart_after_purchase": True,
    }
    settings = Settings.from_env({**env, "ROI_VARS": json.dumps(wanted)})
    assert settings.vars == wanted
    assert settings.variables()["direct_touches"] == "keep"
    assert settings.variables()["session_timeout_minutes"] == 30


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ('{"half_live_hours": 72}', ["half_live_hours", "half_life_hours", "session_timeout_minutes"]),
        ('{"half_life_hours": "72"}', ["half_life_hours", '"72"', "a number greater than 0"]),
        ('{"half_life_hours": true}', ["half_life_hours", "true", "a number greater than 0"]),
        ('{"half_life_hours": 0}', ["half_life_hours", "greater than 0"]),
        ('{"half_life_hours": NaN}', ["half_life_hours", "a number"]),
        ('{"direct_touches": "maybe"}', ["direct_touches", "maybe", "drop, keep"]),
        ('{"code_policy": "touch_always"}', ["code_policy", "fill_gap, touch, code_wins, ignore"]),
        ('{"position_weights": [0.5, 0.5]}', ["position_weights", "three numbers"]),
        ('{"position_weights": [0, 0, 0]}', ["position_weights", "not all 0"]),
        ('{"max_quarantine_share": 2}', ["max_quarantine_share", "from 0 to 1"]),
        ('{"gross_margin_pct": 140}', ["gross_margin_pct", "0 to 100"]),
        ('{"markov_order": 1.5}', ["markov_order", "whole number"]),
        ('{"reporting_currency": "dollars"}', ["reporting_currency", "three-letter"]),
        ('{"reporting_timezone": "Berlin"}', ["reporting_timezone", "IANA"]),
        ('{"collapse_repeats": "yes"}', ["collapse_repeats", "true or false"]),
        ('["half_life_hours"]', ["array", "object"]),
        ("half_life_hours=72", ["not JSON", "character 1"]),
    ],
)
def test_a_wrong_variable_is_named_with_what_is_allowed(
    env: dict[str, str], tmp_path: Path, variables: str, words: list[str]
) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_env({**env, "ROI_VARS": variables})
    for word in ["ROI_VARS", *words]:
        assert word in str(error.value)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("variable", "value"), [("ROI_MEMORY_LIMIT", "lots"), ("ROI_THREADS", "0"), ("ROI_THREADS", "two")]
)
def test_engine_limits_are_checked(env: dict[str, str], variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} is '{value}'"):
        Settings.from_env({**env, variable: value})


def test_the_hash_key_is_generated_once_and_private(env: dict[str, str]) -> None:
    first = Settings.from_env(env)
    file = first.data / "hash_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Settings.from_env(env).hash_key == first.hash_key
    assert len(first.hash_key) == 64
    assert os.listdir(first.data) == ["hash_key"]


def test_a_generated_key_moved_into_the_environment_is_the_same_key(env: dict[str, str]) -> None:
    generated = Settings.from_env(env)
    text = (generated.data / "hash_key").read_text()
    assert Settings.from_env({**env, "ROI_HASH_KEY": text}).hash_key == generated.hash_key


def test_a_given_hash_key_is_never_stored_or_shown(env: dict[str, str]) -> None:
    settings = Settings.from_env({**env, "ROI_HASH_KEY": "a secret of mine"})
    assert settings.hash_key == b"a secret of mine"
    assert os.listdir(settings.data) == []
    assert "secret of mine" not in repr(settings)


def test_starting_at_the_same_time_agrees_on_one_key(tmp_path: Path) -> None:
    file = tmp_path / "hash_key"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: module._hash_key({}, file, create=True), range(64)))
    assert len(keys) == 1
    assert os.listdir(tmp_path) == ["hash_key"]


def test_an_empty_key_file_is_not_a_key(env: dict[str, str]) -> None:
    data = Path(env["ROI_DATA"])
    data.mkdir()
    (data / "hash_key").touch()
    with pytest.raises(SettingsError, match="hash_key is empty"):
        Settings.from_env(env)


def test_without_create_nothing_is_written(env: dict[str, str]) -> None:
    settings = Settings.from_env(env, create=False)
    assert settings.hash_key == b""
    assert not settings.data.exists()


def test_a_data_folder_that_cannot_be_created_is_named(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"ROI_DATA: .*file/data cannot be created"):
        Settings.from_env({**env, "ROI_DATA": str(tmp_path / "file" / "data")})
