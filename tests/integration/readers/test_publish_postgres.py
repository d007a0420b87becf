"""Publishing into a real PostgreSQL server: everything in one transaction, and nothing that is not ours."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.publish import PublishError, PublishOptions, postgres
from tests.support.postgres import find_programs, server
from tests.support.published import publish_run, read, write_warehouse

psycopg = pytest.importorskip("psycopg")

_names = count()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    programs = find_programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL server here (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="roi-postgres-") as folder:
        os.chmod(folder, 0o755)
        place = Path(folder) / "server"
        place.mkdir()
        with server(programs, place) as running:
            yield running


@pytest.fixture
def database(address: str) -> str:
    name = f"test_{next(_names)}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"{address}/{name}"


def ask(database: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def tell(database: str, statement: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(statement)


def test_every_mart_arrives_with_types_rows_and_comments(
    warehouse: Path, tmp_path: Path, database: str
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create table marts.hostile as
                from (
                    values (1, null), (2, ''), (3, '\\N'), (4, 'NULL'),
                        (5, 'a,"b"' || chr(10) || chr(13) || chr(9)), (6, 'nul ' || chr(0) || '!'),
                        (7, '\\.'), (8, 'שלום 👋'), (9, '<script>')
                ) as rows (id, text);
            create table marts.edges as
                select
                    -0.01::decimal(18, 2) as money, 'infinity'::double as huge, null::boolean as unknown,
                    date '1970-01-01' as day, 9223372036854775807 as largest;
            """
        )
    report = publish_run(warehouse, tmp_path / "roi.duckdb", "run-1", PublishOptions(postgres=database))
    assert report.postgres == database.partition("@")[2]
    assert ask(database, "select run_id, version from marts.published_run") == [("run-1", 1)]
    kinds = dict(ask(database, "select table_name, kind from marts.published_tables"))
    about = {key: "table" for key in kinds if key.startswith("published")}
    assert kinds == {table.name: table.kind for table in report.tables} | about
    assert ask(database, "select sum(amount), count(*) from marts.fct_all") == [(Decimal("504495.00"), 2000)]
    assert ask(database, 'select amount, at::text, list, struct from marts."fct odd" where id = 2') == [
        (Decimal("2.02"), "2026-01-01 02:00:00", [2, None], {"a": 2})
    ]
    assert ask(database, "select text from marts.hostile order by id") == [
        (text,)
        for text in (None, "", "\\N", "NULL", 'a,"b"\n\r\t', "nul \ufffd!", "\\.", "שלום 👋", "<script>")
    ]
    assert ask(database, "select money, huge, unknown, day::text, largest from marts.edges") == [
        (Decimal("-0.01"), float("inf"), None, "1970-01-01", 9223372036854775807)
    ]
    comments = "select obj_description('marts.{}'::regclass), col_description('marts.{}'::regclass, {})"
    assert ask(database, comments.format("dim_things", "dim_things", 3)) == [
        ("One row a thing; it's a test.", 'Name, "quoted".')
    ]
    assert ask(database, comments.format("fct_all", "fct_all", 2)) == [("All of it.", "Money.")]


def test_the_run_is_told_there_too(warehouse: Path, tmp_path: Path, database: str) -> None:
    target = tmp_path / "roi.duckdb"
    tables = "select table_name from information_schema.tables where table_schema = 'published' order by 1"
    for number in (1, 2):
        publish_run(warehouse, target, f"run-{number}", PublishOptions(postgres=database))
        names = read(target, tables)
        assert ask(database, tables) == names and ("runs",) in names and ("changes",) in names
        for (name,) in names:
            query = f"select * from published.{name} order by 1, 2"
            assert ask(database, query) == read(target, query)
    assert ask(database, "select obj_description('published.settings'::regclass)") == [
        ("One row a setting that the run used.",)
    ]
    assert ask(database, "select rows from published.tables where name = 'dim_things'") == [(1000,)]


def test_a_reader_sees_one_version_through_a_publish(warehouse: Path, tmp_path: Path, database: str) -> None:
    options = PublishOptions(postgres=database)
    publish_run(warehouse, tmp_path / "roi.duckdb", "1", options)
    query = 'select version from marts.dim_things union select version from marts."fct odd"'
    with psycopg.connect(database) as reader:
        reader.execute("set transaction isolation level repeatable read")
        assert reader.execute("select version from marts.published_run").fetchall() == [(1,)]
        write_warehouse(warehouse, version=2)
        # It does not wait for the reader, nor the reader for it.
        publish_run(warehouse, tmp_path / "roi.duckdb", "2", options)
        assert reader.execute(query).fetchall() == [(1,)]
    assert ask(database, query) == [(2,)]


def test_what_readers_built_on_the_tables_stays(warehouse: Path, tmp_path: Path, database: str) -> None:
    options = PublishOptions(postgres=database)
    publish_run(warehouse, tmp_path / "roi.duckdb", "1", options)
    tell(database, "create view public.mine as select name from marts.dim_things where id = 5")
    tell(database, "create view public.sums as select sum(amount) from marts.fct_all")
    tell(database, "create role bi; grant select on marts.dim_things to bi")
    publish_run(warehouse, tmp_path / "roi.duckdb", "2", options)
    assert ask(database, "select name from public.mine") == [("name 5",)]
    assert ask(database, "select * from public.sums") == [(Decimal("504495.00"),)]
    assert ask(database, "select has_table_privilege('bi', 'marts.dim_things', 'select')") == [(True,)]


def test_a_table_that_changes_is_made_anew_and_one_that_goes_is_dropped(
    warehouse: Path, tmp_path: Path, database: str
) -> None:
    options = PublishOptions(postgres=database)
    publish_run(warehouse, tmp_path / "roi.duckdb", "1", options)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table marts.dim_things add column more varchar")
        connection.execute(
            'drop view marts.a_view_over_a_view; drop view marts.fct_all; drop table marts."fct odd"'
        )
    publish_run(warehouse, tmp_path / "roi.duckdb", "2", options)
    assert ask(database, "select count(*), count(more) from marts.dim_things") == [(1000, 0)]
    names = ask(
        database, "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    )
    assert [name for (name,) in names] == [
        *("dim_things", "empty", "from_staging", "published_run", "published_tables")
    ]


def test_a_view_of_somebody_else_that_is_in_the_way_is_named(
    warehouse: Path, tmp_path: Path, database: str
) -> None:
    options = PublishOptions(postgres=database)
    publish_run(warehouse, tmp_path / "roi.duckdb", "1", options)
    tell(database, "create view public.mine as select name from marts.dim_things where id = 5")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table marts.dim_things add column more varchar")
    with pytest.raises(PublishError, match="view mine depends on table marts.dim_things"):
        publish_run(warehouse, tmp_path / "roi.duckdb", "2", options)
    assert ask(database, "select version from marts.published_run") == [(1,)]


def test_a_view_becomes_a_table_and_the_other_way_round(
    warehouse: Path, tmp_path: Path, database: str
) -> None:
    options = PublishOptions(postgres=database)
    kinds = "select kind from marts.published_tables where table_name = 'changing'"
    table = "create table marts.changing as select id from marts.dim_things"
    view = "create view marts.changing as select id from marts.dim_things"
    # PostgreSQL has no list comprehension.
    foreign = "create view marts.changing as select [i + 1 for i in [id]][1] as id from marts.dim_things"
    drops = {"table": "drop table marts.changing", "view": "drop view marts.changing"}
    previous = None
    for sql, kind in ((table, "table"), (view, "view"), (foreign, "table"), (view, "view"), (table, "table")):
        with duckdb.connect(str(warehouse)) as connection:
            if previous:
                connection.execute(drops["table" if previous == table else "view"])
            connection.execute(sql)
        publish_run(warehouse, tmp_path / "roi.duckdb", "1", options)
        assert ask(database, kinds) == [(kind,)]
        assert ask(database, "select count(*) from marts.changing") == [(1000,)]
        previous = sql


def test_a_table_of_somebody_else_is_not_touched(warehouse: Path, tmp_path: Path, database: str) -> None:
    tell(database, "create schema marts; create table marts.dim_things as select 42 as precious")
    target = tmp_path / "roi.duckdb"
    with pytest.raises(PublishError, match=r"not published from here: marts.dim_things\. Name another"):
        publish_run(warehouse, target, "1", PublishOptions(postgres=database))
    assert ask(database, "select precious from marts.dim_things") == [(42,)]
    tell(database, "drop schema marts cascade; create schema published")
    tell(database, "create table published.runs as select 43 as precious")
    with pytest.raises(PublishError, match=r"not published from here: published.runs\. Name another"):
        publish_run(warehouse, target, "1", PublishOptions(postgres=database))
    assert ask(database, "select precious from published.runs") == [(43,)]
    assert not target.exists()


def test_a_failure_half_way_leaves_everything_as_it_was(
    warehouse: Path, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "roi.duckdb"
    options = PublishOptions(postgres=database)
    publish_run(warehouse, target, "1", options)
    write_warehouse(warehouse, version=2)
    fill = postgres._Copy._fill

    def lose_a_row(self: postgres._Copy, table: Any) -> None:
        fill(self, table)
        if table.name == "dim_things":
            self._execute("update marts.dim_things set name = null where id = 7")

    monkeypatch.setattr(postgres._Copy, "_fill", lose_a_row)
    with pytest.raises(PublishError, match=r"dim_things differs .*PostgreSQL at 127.*is 999, not 1000"):
        publish_run(warehouse, target, "2", options)
    assert ask(database, "select distinct version from marts.dim_things") == [(1,)]
    assert read(target, "select run_id from marts.published_run") == [("1",)]
    assert sorted(os.listdir(tmp_path)) == ["published", "roi.duckdb", "warehouse.duckdb"]


def test_an_unreachable_server_leaves_the_old_version_and_a_sentence(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "1")
    # A port that nothing listens on.
    options = PublishOptions(postgres="postgresql://me:secret@127.0.0.1:1/roi")
    with pytest.raises(PublishError, match=r"127.0.0.1:1/roi could not be published to.*unset") as failed:
        publish_run(warehouse, target, "2", options)
    assert "secret" not in str(failed.value)
    assert read(target, "select run_id from marts.published_run") == [("1",)]
    assert len(os.listdir(tmp_path / "published")) == 2
