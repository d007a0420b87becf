"""Publishing: a faithful copy, swapped in whole, never in the way of readers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from orchestration.lib import publish as module
from orchestration.lib.publish import PublishError, publish, table_hashes


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    write_warehouse(file, version=1)
    return file


def write_warehouse(file: Path, version: int) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"""
            create schema if not exists marts;
            create schema if not exists staging;
            create or replace table staging.stg_things as select range as id from range(3);
            create or replace table marts.dim_things as
                select {version} as version, range as id, 'name ' || range as name from range(1000);
            comment on table marts.dim_things is 'One row a thing; it''s a test.';
            comment on column marts.dim_things.name is 'Name, "quoted".';
            create or replace table marts."fct odd" as
                select {version} as version, range as id, (range * 1.01)::decimal(18, 2) as amount,
                    sqrt(range) as weight, timestamp '2026-01-01' + interval (range) hour as at,
                    [range, null] as list, {{'a': range}} as struct
                from range(1000);
            create or replace table marts.empty as select 1 as id where false;
            create or replace table marts.dim_things__dbt_tmp as select 1 as id;
            create or replace view marts.fct_all as
                select id, amount from "warehouse"."marts"."fct odd"
                union all
                select id, 0 from marts.dim_things;
            comment on view marts.fct_all is 'All of it.';
            comment on column marts.fct_all.amount is 'Money.';
            create or replace view marts.a_view_over_a_view as select id from marts.fct_all;
            create or replace view marts.from_staging as select id from staging.stg_things;
            """
        )


def read(file: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_table_arrives_with_rows_types_and_comments(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    report = publish(warehouse, target, "run-1")
    assert [(table.name, table.kind, table.rows) for table in report.tables] == [
        ("a_view_over_a_view", "view", 2000),
        ("dim_things", "table", 1000),
        ("empty", "table", 0),
        ("fct odd", "table", 1000),
        ("fct_all", "view", 2000),
        ("from_staging", "table", 3),
    ]
    assert report.size_bytes == target.stat().st_size
    for query in (
        'from marts."fct odd" order by id',
        "from marts.dim_things order by id",
        "from marts.fct_all order by all",
        "select column_name, data_type, comment from duckdb_columns() where schema_name = 'marts' "
        "and table_name in ('dim_things', 'fct odd', 'fct_all') order by table_name, column_index",
        "select comment from duckdb_tables() where table_name = 'dim_things'",
        "select comment from duckdb_views() where view_name = 'fct_all'",
    ):
        assert read(target, query) == read(warehouse, query), query


def test_the_file_names_its_run_and_holds_only_marts(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "run-1")
    rows = read(
        target, "select run_id, published_at <= now()::timestamp, duckdb_version from marts.published_run"
    )
    assert rows == [("run-1", True, duckdb.__version__)]
    schemas = read(
        target,
        "select distinct schema_name from duckdb_tables() union select schema_name from duckdb_views() "
        "where not internal",
    )
    assert schemas == [("marts",)]
    # A catalog of a schema's name would make `roi.x` ambiguous.
    assert read(target, "select current_database()") == [("roi",)]


def test_views_work_under_another_name_and_the_format_is_the_older_one(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "run-1")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{target}' as another (read_only)")
        assert connection.execute("select count(*) from another.marts.a_view_over_a_view").fetchall() == [
            (2000,)
        ]
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'another'"
        ).fetchall()
    assert "v1.5.0" in str(tags)


def test_the_same_content_has_the_same_hashes(warehouse: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "one" / "roi.duckdb", tmp_path / "two" / "roi.duckdb"
    for target in (first, second):
        target.parent.mkdir()
    publish(warehouse, first, "run-1")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table marts.dim_things as from marts.dim_things order by id desc"
        )
    publish(warehouse, second, "run-2")
    assert table_hashes(first) == table_hashes(second)
    assert "published_run" not in table_hashes(first)

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.dim_things set name = null where id = 7")
    publish(warehouse, second, "run-3")
    before, after = table_hashes(first), table_hashes(second)
    assert [name for name in before if before[name] != after[name]] == ["dim_things"]


def test_a_copy_that_differs_is_not_published(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "run-1")
    copy = module._copy_as_table

    def lose_a_cent(connection: duckdb.DuckDBPyConnection, name: str) -> None:
        copy(connection, name)
        if name == "fct odd":
            connection.execute('update roi.marts."fct odd" set amount = amount - 0.01 where id = 500')

    monkeypatch.setattr(module, "_copy_as_table", lose_a_cent)
    with pytest.raises(PublishError, match=r"fct odd differs.*sum\(\"amount\"\)"):
        publish(warehouse, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert sorted(os.listdir(tmp_path)) == ["roi.duckdb", "warehouse.duckdb"]


def test_without_a_warehouse_or_marts_the_old_file_stays(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "run-1")
    with pytest.raises(PublishError, match="no warehouse at .*nowhere"):
        publish(tmp_path / "nowhere.duckdb", target, "run-2")
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(PublishError, match="no tables in the schema marts"):
        publish(empty, target, "run-2")
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"this is no database" * 1000)
    with pytest.raises(PublishError, match="version before it is unchanged"):
        publish(broken, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert sorted(os.listdir(tmp_path)) == ["broken.duckdb", "empty.duckdb", "roi.duckdb", "warehouse.duckdb"]


def test_a_folder_that_is_not_there_is_an_error_of_ours(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(PublishError):
        publish(warehouse, tmp_path / "missing" / "roi.duckdb", "run-1")


def test_leftovers_of_dead_processes_are_removed_and_of_living_ones_kept(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "roi.duckdb"
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    for name in (".roi.duckdb.{}.0123abcd.tmp", ".roi.duckdb.{}.0123abcd.tmp.wal"):
        (tmp_path / name.format(dead.stdout.strip())).touch()
    living = tmp_path / f".roi.duckdb.{os.getppid()}.0123abcd.tmp"
    living.touch()
    publish(warehouse, target, "run-1")
    assert sorted(os.listdir(tmp_path)) == [living.name, "roi.duckdb", "warehouse.duckdb"]


READER = """
    import sys, duckdb
    file = sys.argv[1]
    print("ready", flush=True)
    while True:
        with duckdb.connect(file, read_only=True) as connection:
            (run,), = connection.execute("select run_id from marts.published_run").fetchall()
            versions = connection.execute(
                'select distinct version from marts.dim_things union select version from marts."fct odd"'
            ).fetchall()
        assert versions == [(int(run),)], (run, versions)
        if int(run) >= int(sys.argv[2]):
            break
    print("done", flush=True)
"""

PUBLISHER = """
    import sys
    from pathlib import Path
    from orchestration.lib.publish import publish
    print("ready", flush=True)
    while True:
        publish(Path(sys.argv[1]), Path(sys.argv[2]), "1")
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_readers_never_fail_or_see_two_versions(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "1")
    readers = [start(READER, target, 10) for _ in range(2)]
    for number in range(2, 11):
        write_warehouse(warehouse, version=number)
        publish(warehouse, target, str(number))
    for reader in readers:
        output, errors = reader.communicate(timeout=60)
        assert (output, errors, reader.returncode) == ("done\n", "", 0)


def test_a_killed_publish_leaves_the_old_file_and_the_next_one_cleans_up(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "roi.duckdb"
    publish(warehouse, target, "1")
    for _ in range(3):
        publisher = start(PUBLISHER, warehouse, target)
        # Kill it while a file aside exists, that is in the middle of a publish.
        while not list(tmp_path.glob(".roi.duckdb.*.tmp")):
            assert publisher.poll() is None
        publisher.send_signal(signal.SIGKILL)
        publisher.communicate()
        assert read(target, "select count(*) from marts.dim_things") == [(1000,)]
    publish(warehouse, target, "2")
    assert read(target, "select run_id from marts.published_run") == [("2",)]
    assert sorted(os.listdir(tmp_path)) == ["roi.duckdb", "warehouse.duckdb"]
