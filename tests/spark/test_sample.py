"""The bundled sample by the whole job, on both engines: readers notice nothing."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.progress import Silence
from orchestration.lib.settings import DEFAULT_LANDING, DEFAULT_REGISTRY, ROOT, Settings
from orchestration.lib.spark.place import SparkPlace
from orchestration.run import run_job
from tests.support.parity import differences
from tests.support.warehouse import settings_for


class Problems(Silence):
    """Keeps what a person should read, because a run's error only names what failed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def problem(self, text: str) -> None:
        self.texts.append(text)


def _run(data: Path, patch: pytest.MonkeyPatch, **more: str) -> Settings:
    settings = settings_for(ROOT / DEFAULT_LANDING, ROOT / DEFAULT_REGISTRY, data, more=more)
    for name, value in {**settings.environment(), "ROI_HASH_KEY": settings.hash_key.decode()}.items():
        patch.setenv(name, value)
    problems = Problems()
    outcome = run_job(settings, problems)
    assert outcome.error is None, "\n".join([outcome.error, *problems.texts])
    return settings


@pytest.fixture(scope="module")
def runs(spark: SparkPlace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    """The settings of a run on DuckDB and of one on Spark; data tests are part of both."""
    folder = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        on_spark = _run(folder / "spark", patch, ROI_TARGET="spark", **spark.environment())
    with pytest.MonkeyPatch.context() as patch:
        return _run(folder / "duckdb", patch), on_spark


def test_every_published_table_is_equal(runs: tuple[Settings, Settings]) -> None:
    on_duckdb, on_spark = runs
    found = differences(on_duckdb.published, on_spark.published, without=("published_run",))
    assert not found, "\n".join(found[:20])


def test_published_files_have_the_same_shape(runs: tuple[Settings, Settings]) -> None:
    """Tables, views and comments, in the database file; and the same Parquet files."""
    shapes = []
    for settings in runs:
        with duckdb.connect(str(settings.published), read_only=True) as con:
            shapes.append(
                con.execute(
                    "select table_name, comment, 'table' from duckdb_tables() where schema_name = 'marts' "
                    "union all select view_name, comment, 'view' from duckdb_views() "
                    "where schema_name = 'marts' "
                    "union all select table_name, comment, column_name from duckdb_columns() "
                    "where schema_name = 'marts' order by all"
                ).fetchall()
            )
    assert shapes[0] == shapes[1]
    files = [sorted(file.name for file in (s.data / "published" / "latest").iterdir()) for s in runs]
    assert files[0] == files[1]


def test_both_executors_did_the_work(runs: tuple[Settings, Settings], spark: SparkPlace) -> None:
    """The cluster's own REST API: each of two executors ran tasks and read what the other one shuffled."""
    application = _ask(spark, "applications")[0]["id"]
    executors = [
        each for each in _ask(spark, f"applications/{application}/executors") if each["id"] != "driver"
    ]
    assert len(executors) == 2
    for executor in executors:
        assert executor["completedTasks"] > 100
        assert executor["totalShuffleRead"] > 0


def _ask(spark: SparkPlace, what: str) -> Any:
    with urllib.request.urlopen(f"http://{spark.host}:{spark.application_page_port}/api/v1/{what}") as answer:
        return json.load(answer)
