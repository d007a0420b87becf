"""The command line: clear messages, exit codes, and nothing written when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.ingestion import load_landing
from orchestration.lib.settings import ROOT
from tests.support.world import write_registry


class Desk:
    """Folders of their own and the command line."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.landing, self.registry, self.data = (folder / name for name in ("landing", "registry", "data"))
        self.landing.mkdir()
        write_registry(self.registry)
        for name in ("LANDING", "REGISTRY", "DATA"):
            monkeypatch.setenv(f"ROI_{name}", str(folder / name.lower()))
        for name in ("ROI_VARS", "ROI_TARGET", "ROI_HASH_KEY"):
            monkeypatch.delenv(name, raising=False)

    def roi(self, *words: str, code: int = 0, answer: str | None = None) -> str:
        """What the command prints, with the exit code that it must have."""
        result = CliRunner().invoke(app, list(words), input=answer)
        assert result.exit_code == code, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    def published(self) -> Path:
        """A published file with a hostile value in it."""
        self.data.mkdir(exist_ok=True)
        file = self.data / "roi.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema marts")
            connection.execute(
                "create table marts.things as select range as id, chr(27) || '[31mx' as name from range(300)"
            )
            connection.execute(
                "create table marts.published_run as "
                "select 'run-1' as run_id, now()::timestamp as published_at"
            )
        return file


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ROI_VARS", '{"no_such_variable": 1}', ["ROI_VARS", "no_such_variable", "half_life_hours"]),
        ("ROI_VARS", '{"half_life_hours": "x"}', ["half_life_hours", "greater than 0"]),
        ("ROI_LANDING", "/no/such/folder", ["ROI_LANDING", "/no/such/folder"]),
        ("ROI_REGISTRY", "/no/such/folder", ["ROI_REGISTRY", "/no/such/folder"]),
        ("ROI_TARGET", "oracle", ["ROI_TARGET", "oracle", "duckdb"]),
    ],
)
def test_a_wrong_setting_is_one_message_and_nothing_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: list[str]
) -> None:
    monkeypatch.setenv(variable, value)
    text = desk.roi("run", code=1)
    assert text.startswith("Error: ") and "Traceback" not in text
    for word in words:
        assert word in text
    assert not desk.data.exists()


def test_a_wrong_target_or_option_on_the_command_line(desk: Desk) -> None:
    assert "oracle" in desk.roi("run", "--target", "oracle", code=1)
    desk.roi("run", "--no-such-option", code=2)
    desk.roi("no-such-command", code=2)
    assert not desk.data.exists()


def test_a_wrong_registry_names_both_rows_and_nothing_is_written(desk: Desk) -> None:
    codes = desk.registry / "promo_codes.csv"
    header = codes.read_text().splitlines()[0]
    codes.write_text(f"{header}\nSAME,inf_0,,,,,\nsame,inf_1,,,,,\n")
    text = desk.roi("run", code=1)
    for word in ("promo_codes.csv, line 3", "inf_0 (line 2", "inf_1 (line 3", "Nothing was loaded"):
        assert word in text
    assert not desk.data.exists()


def test_the_quarantine_lists_reasons_and_harmless_examples(desk: Desk) -> None:
    assert "no warehouse" in desk.roi("quarantine", code=1)
    folder = desk.landing / "refunds" / "standard"
    folder.mkdir(parents=True)
    bad = "refund_id,order_id,refunded_at,amount\nr1,o1,\x1b[31mnever,1.00\nr2,o2,2026-01-01,1.00\n"
    (folder / "a.csv").write_text(bad)
    desk.data.mkdir()
    with duckdb.connect(str(desk.data / "warehouse.duckdb")) as connection:
        load_landing(connection, desk.landing, b"a key of the tests", desk.data / "quarantine")
    text = desk.roi("quarantine")
    assert "1 in 1 file of refunds/standard" in text and "refunds/standard/a.csv:2" in text
    assert "\x1b" not in text
    (folder / "a.csv").write_text(bad.replace("\x1b[31mnever", "2026-01-01"))
    with duckdb.connect(str(desk.data / "warehouse.duckdb")) as connection:
        load_landing(connection, desk.landing, b"a key of the tests", desk.data / "quarantine")
    assert "Nothing is in quarantine" in desk.roi("quarantine")


def test_doctor_says_what_is_there_and_changes_nothing(desk: Desk) -> None:
    (desk.landing / "clicks" / "standard").mkdir(parents=True)
    (desk.landing / "clicks" / "standard" / "a.csv").write_text("event_at,visitor_id,event_name\n")
    (desk.landing / "clicks" / "nonsense").mkdir()
    (desk.landing / "clicks" / "nonsense" / "b.csv").write_text("x\n")
    text = desk.roi("doctor")
    for words in (
        "python",
        "duckdb",
        "clicks/standard: 1 files",
        "unknown format",
        "3 influencers",
        "will be created",
    ):
        assert words in text
    assert not desk.data.exists()
    desk.published()
    assert "run run-1, 0 minutes old" in desk.roi("doctor")


def test_doctor_fails_on_what_would_stop_a_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.registry / "influencers.csv").unlink()
    assert "WRONG" in desk.roi("doctor", code=1)
    monkeypatch.setenv("ROI_TARGET", "oracle")
    assert "oracle" in desk.roi("doctor", code=1)


def test_sql_answers_and_never_writes(desk: Desk) -> None:
    assert "roi run" in desk.roi("sql", "-c", "select 1", code=1)
    file = desk.published()
    before = file.read_bytes()
    assert "300" in desk.roi("sql", "-c", "select count(*) as n from things")
    table = desk.roi("sql", "-c", "from things order by id")
    assert "The first 200 rows" in table and "\x1b" not in table
    rows = desk.roi("sql", "--csv", "-c", "select id from things order by id").split()
    assert rows == ["id", *map(str, range(300))]
    assert "no_such_table" in desk.roi("sql", "-c", "from no_such_table", code=1)
    assert "read-only" in desk.roi("sql", "-c", "delete from things", code=1)
    assert file.read_bytes() == before


def test_the_shell_goes_on_after_a_mistake(desk: Desk) -> None:
    desk.published()
    text = desk.roi(
        "sql", answer=".tables\nselect nothing_such;\nselect\n 40 + 2 as answer;\n.quit\nselect 99;\n"
    )
    assert "things" in text and "nothing_such" in text and "42" in text and "99" not in text


def test_sql_says_what_to_do_about_a_broken_file(desk: Desk) -> None:
    desk.data.mkdir()
    (desk.data / "roi.duckdb").write_bytes(b"no database" * 1000)
    assert "Publish it anew" in desk.roi("sql", "-c", "select 1", code=1)


@pytest.mark.parametrize("command", [("sql", "-c", "select 1"), ("sql",), ("explain", "o1")])
def test_a_file_of_another_project_or_a_newer_one_is_refused(desk: Desk, command: tuple[str, ...]) -> None:
    file = desk.published()
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table marts.published_run add column schema_version bigint default 99")
    said = " ".join(desk.roi(*command, code=1).split())
    assert "newer version of the project (schema 99" in said and "Update the project" in said
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table marts.published_run")
    assert "not one that this project published" in " ".join(desk.roi(*command, code=1).split())


def test_sample_writes_a_world_and_says_how_to_use_it(desk: Desk, tmp_path: Path) -> None:
    words = ("sample", "--people", "50", "--days", "14", "--seed", "3", "--out", str(tmp_path / "world"))
    assert f"ROI_LANDING={tmp_path / 'world' / 'landing'}" in desk.roi(*words)
    assert (tmp_path / "world" / "truth.csv").is_file()
    assert "Error" in desk.roi(*words, code=1)
    assert "at least 50" in desk.roi("sample", "--people", "1", "--out", str(tmp_path / "other"), code=1)


def test_help_imports_neither_dagster_nor_dbt() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from orchestration.cli import app; "
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0; "
        "print(sorted({'dagster', 'dbt', 'pyarrow'} & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


class TestFindPython:
    """`.ci/find-python` picks an interpreter that the project can run on."""

    def find(self, path: str, python: str | None = None) -> subprocess.CompletedProcess[str]:
        env = {"PATH": path} | ({"PYTHON": python} if python else {})
        return subprocess.run(
            ["/bin/sh", str(ROOT / ".ci" / "find-python")], env=env, capture_output=True, text=True
        )

    def test_the_running_one_will_do(self) -> None:
        found = self.find(os.environ["PATH"], sys.executable)
        assert (found.returncode, found.stdout.strip()) == (0, sys.executable)

    def test_an_old_one_or_none_is_a_clear_message(self, tmp_path: Path) -> None:
        old = tmp_path / "python3"
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)
        found = self.find(str(tmp_path))
        assert found.returncode == 1
        assert "3.11, 3.12 or 3.13" in found.stderr
