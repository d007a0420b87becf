"""Spark without a server, in the process that asks: what `ROI_TARGET=spark_session` stands on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from orchestration.lib.settings import Settings
from orchestration.lib.spark import session
from orchestration.lib.spark.connection import answers, connect, require, require_workers
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace

MODE = "spark.sql.sources.partitionOverwriteMode"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> SparkPlace:
    folder = tmp_path_factory.mktemp("session")
    settings = Settings.from_env({"ROI_DATA": str(folder), "ROI_TARGET": "spark_session"})
    assert settings.spark
    return settings.spark


def test_needs_no_server(place: SparkPlace) -> None:
    require(place)
    require_workers(place)
    assert answers(place)
    assert not session.is_running()


def test_reads_as_duckdb_does(place: SparkPlace) -> None:
    with connect(place) as cursor:
        cursor.execute(
            r"select 'a\.b', current_timezone(), cast(1.5 as decimal(20, 10)) * cast(2 as decimal(20, 10))"
        )
        ((text, zone, product),) = cursor.fetchall()
    assert (text, zone, str(product)) == (r"a\.b", "UTC", "3.00000000000000000000")


def test_ends_with_its_connection_and_leaves_its_tables(place: SparkPlace) -> None:
    with connect(place) as cursor:
        cursor.execute("create schema if not exists marts")
        cursor.execute("create or replace view marts.kept as select 7 as days")
        with connect(place) as same:
            same.execute("select days from marts.kept")
            assert same.fetchall() == [(7,)]
        assert session.is_running(), "a connection within another one ended its session"
    assert not session.is_running()
    with connect(place) as cursor:
        cursor.execute("select days from marts.kept")
        assert cursor.fetchall() == [(7,)]


def test_each_thread_has_settings_of_its_own(place: SparkPlace) -> None:
    """A build of parts sets how it overwrites; another thread, with a whole table, must not heed it."""
    said: list[str] = []

    def ask() -> None:
        with connect(place) as cursor:
            cursor.execute(f"set {MODE}")
            said.append(cursor.fetchall()[0][1].lower())

    with connect(place) as cursor:
        cursor.execute(f"set {MODE}=dynamic")
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        cursor.execute(f"set {MODE}")
        said.append(cursor.fetchall()[0][1].lower())
    assert said == ["static", "dynamic"]


def test_a_refused_statement_is_one_sentence(place: SparkPlace, capfd: pytest.CaptureFixture[str]) -> None:
    """The second is refused in ANSI mode alone, as DuckDB does; nothing else is printed."""
    refused = r"^Spark in this process refused a statement: .*"
    with pytest.raises(SparkError, match=f"{refused}ten"), connect(place) as cursor:
        with pytest.raises(SparkError, match=f"{refused}nowhere"), connect(place) as same:
            same.execute("select * from nowhere")
        assert session.is_running()
        cursor.execute("select cast('ten' as int)")
        cursor.fetchall()
    assert not session.is_running()
    assert "org.apache.spark" not in capfd.readouterr().err


def test_a_cluster_that_has_the_tables_open_is_one_sentence(spark: SparkPlace, tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"ROI_DATA": str(tmp_path), "ROI_TARGET": "spark_session", "ROI_SPARK_PATH": str(spark.path)}
    )
    assert settings.spark
    with pytest.raises(SparkError, match=r"^A cluster of this machine has the tables .* open: [^\n]*[.]$"):
        require(settings.spark)
