"""dbt in this process, and in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.lib import dbt_runner
from orchestration.lib.dbt_plugin import pepper
from orchestration.lib.dbt_process import DbtProcess
from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.settings import ROOT, Settings
from tests.support.warehouse import settings_for
from tests.support.world import write_registry

PROJECT = (
    "name: tiny\nversion: '1.0.0'\nprofile: influencer_roi\nflags: {send_anonymous_usage_stats: false}\n"
)
MODELS = {
    "a_table": "{{ config(materialized='table') }} select md5(getvariable('roi_pepper') || '|x') as hashed, "
    "current_setting('TimeZone') as zone, current_setting('threads') as threads, "
    "current_setting('memory_limit') as memory, {{ var('session_timeout_minutes') }} as minutes",
    "b_view": "{{ config(materialized='view') }} select * from {{ ref('a_table') }}",
    "c_broken": "select 1 as {{ 'x y' }} from {{ ref('b_view') }}",
    "d_skipped": "select * from {{ ref('c_broken') }}",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_registry(tmp_path / "registry")
    return settings_for(
        tmp_path / "landing", tmp_path / "registry", tmp_path / "data", '{"session_timeout_minutes": 45}'
    )


@pytest.fixture
def tiny_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project of four models, one of them broken, with the real profile and plug-in."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    monkeypatch.setattr(dbt_runner, "DBT_PROJECT", folder)
    return folder


def test_each_node_is_reported_and_a_broken_one_is_a_result(settings: Settings, tiny_project: Path) -> None:
    seen = []
    result = run_dbt(settings, ["build"], on_node=seen.append)
    assert not result.success and result.error is None
    assert [(node.name, node.kind, node.status, node.rows) for node in result.nodes] == [
        ("a_table", "model", "success", 1),
        ("b_view", "model", "success", None),
        ("c_broken", "model", "error", None),
        ("d_skipped", "model", "skipped", None),
    ]
    assert tuple(seen) == result.nodes
    assert [(node.done, node.total) for node in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [node.name for node in result.failures] == ["c_broken"]
    assert "Parser Error" in result.failures[0].message


def test_models_see_the_pepper_the_limits_and_the_variables(
    settings: Settings, tiny_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROI_MEMORY_LIMIT", "768MiB")
    monkeypatch.setenv("ROI_THREADS", "3")
    assert run_dbt(settings, ["build", "--select", "a_table"]).success
    with duckdb.connect(str(settings.warehouse)) as connection:
        rows = connection.execute("select * from main.a_table").fetchall()
        expected = connection.execute("select md5(? || '|x')", [pepper(settings.hash_key)]).fetchall()
    assert rows == [(expected[0][0], "UTC", 3, "768.0 MiB", 45)]


def test_nothing_is_left_open_or_changed(settings: Settings, tiny_project: Path) -> None:
    before, folder = dict(os.environ), Path.cwd()
    for _ in range(2):
        run_dbt(settings, ["build"])
        # Another configuration than dbt's would be refused if dbt still had the file open.
        with duckdb.connect(str(settings.warehouse), config={"threads": 1, "memory_limit": "1GB"}):
            pass
    changed = {name for name in os.environ if os.environ[name] != before.get(name)}
    assert not {name for name in changed | (before.keys() - os.environ.keys()) if name.startswith("ROI_")}
    assert Path.cwd() == folder
    assert sorted(path.name for path in tiny_project.iterdir()) == ["dbt_project.yml", "models"]


def test_the_key_is_nowhere_in_what_dbt_writes(settings: Settings, tiny_project: Path) -> None:
    run_dbt(settings, ["build"])
    secrets = [settings.hash_key, pepper(settings.hash_key).encode()]
    files = [path for path in (settings.data / "dbt").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert not any(secret in path.read_bytes() for secret in secrets), path


def test_a_wrong_command_is_an_error_not_an_exception(settings: Settings, tiny_project: Path) -> None:
    result = run_dbt(settings, ["build", "--no-such-option"])
    assert not result.success
    assert result.error is not None and "--no-such-option" in result.error


def test_without_a_hash_key_models_do_not_run(
    settings: Settings, tiny_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROI_HASH_KEY", raising=False)
    keyless = Settings(**{**settings.__dict__, "hash_key": b""})
    result = run_dbt(keyless, ["build", "--select", "a_table"])
    assert not result.success
    assert "hash key" in str(result.error) + str([node.message for node in result.nodes])


class TestProcessOfItsOwn:
    """The real project, because the child reads it."""

    def test_a_command_runs_and_leaves_the_registry_alone(self, settings: Settings) -> None:
        before = {path.name: path.read_bytes() for path in settings.registry.iterdir()}
        with DbtProcess(settings) as process:
            nodes = list(process.run(["seed", "--select", "influencers", "channel_rules"]))
        assert process.result.success, process.result
        rows = {node.name: node.rows for node in nodes}
        assert rows["influencers"] == 3
        assert (rows["channel_rules"] or 0) > 10
        assert process.result.nodes == tuple(nodes)
        assert {path.name: path.read_bytes() for path in settings.registry.iterdir()} == before
        with duckdb.connect(str(settings.warehouse)) as connection:
            assert connection.execute("select count(*) from seeds.influencers").fetchall() == [(3,)]

    def test_closing_without_a_command_waits_for_nothing_and_writes_no_warehouse(
        self, settings: Settings
    ) -> None:
        with DbtProcess(settings) as process:
            child = process._process
        assert child.returncode == -signal.SIGKILL
        assert not settings.warehouse.exists()

    def test_a_child_that_dies_is_an_error_with_its_last_words(self, settings: Settings) -> None:
        with DbtProcess(settings) as process:
            process._process.kill()
            assert list(process.run(["seed"])) == []
        assert not process.result.success
        assert "ended with code -9" in (process.result.error or "")

    def test_the_child_ends_with_its_parent(self, settings: Settings, tmp_path: Path) -> None:
        program = (
            "import os, sys\n"
            "from orchestration.lib.dbt_process import DbtProcess\n"
            "from orchestration.lib.settings import Settings\n"
            "process = DbtProcess(Settings.from_env())\n"
            "print(process._process.pid, flush=True)\n"
            "sys.stdin.readline()\n"
            "os.kill(os.getpid(), 9)\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, **settings.environment(), "ROI_HASH_KEY": "a key of the tests"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.communicate("\n")
        deadline = time.monotonic() + 60
        while _is_running(child) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _is_running(child)


def _is_running(process: int) -> bool:
    """Alive and not a zombie that nobody has asked about."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
