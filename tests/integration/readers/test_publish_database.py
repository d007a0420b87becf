"""The published database file: a faithful copy, swapped in whole, that says what it is."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.publish import PublishError, RunFacts, copies, publish, table_hashes
from orchestration.lib.publish.layout import Stored
from orchestration.lib.publish.results import TestResult, read_tests
from tests.support.published import publish_run, read, write_warehouse


def test_every_table_arrives_with_rows_types_and_comments(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    report = publish_run(warehouse, target, "run-1")
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
    publish_run(warehouse, target, "run-1")
    columns = "run_id, published_at <= now()::timestamp, duckdb_version, version, reporting_currency"
    rows = read(target, f"select {columns} from marts.published_run")
    assert rows == [("run-1", True, duckdb.__version__, 1, "USD")]
    schemas = read(
        target,
        "select distinct schema_name from duckdb_tables() union select schema_name from duckdb_views() "
        "where not internal order by 1",
    )
    assert schemas == [("marts",), ("published",)]
    # A catalog of a schema's name would make `roi.x` ambiguous.
    assert read(target, "select current_database()") == [("roi",)]


def test_views_work_under_another_name_and_the_format_is_the_older_one(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
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
    publish_run(warehouse, first, "run-1")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table marts.dim_things as from marts.dim_things order by id desc"
        )
    publish_run(warehouse, second, "run-2")
    assert table_hashes(first) == table_hashes(second)
    assert "published_run" not in table_hashes(first)

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.dim_things set name = null where id = 7")
    publish_run(warehouse, second, "run-3")
    before, after = table_hashes(first), table_hashes(second)
    assert [name for name in before if before[name] != after[name]] == ["dim_things"]


def test_a_copy_that_differs_is_not_published(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    write_warehouse(warehouse, version=2)
    copy = copies._copy_whole

    def lose_a_cent(connection: duckdb.DuckDBPyConnection, table: Stored) -> None:
        copy(connection, table)
        if table.name == "fct odd":
            connection.execute('update roi.marts."fct odd" set amount = amount - 0.01 where id = 500')

    monkeypatch.setattr(copies, "_copy_whole", lose_a_cent)
    with pytest.raises(PublishError, match=r"fct odd differs.*sum\(\"amount\"\)"):
        publish_run(warehouse, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert sorted(os.listdir(tmp_path)) == ["published", "roi.duckdb", "warehouse.duckdb"]


def test_without_a_warehouse_or_marts_the_old_file_stays(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    with pytest.raises(PublishError, match="no warehouse at .*nowhere"):
        publish_run(tmp_path / "nowhere.duckdb", target, "run-2")
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(PublishError, match="no tables in the schema marts"):
        publish_run(empty, target, "run-2")
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"this is no database" * 1000)
    with pytest.raises(PublishError, match="version before it is unchanged"):
        publish_run(broken, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    names = ["broken.duckdb", "empty.duckdb", "published", "roi.duckdb", "warehouse.duckdb"]
    assert sorted(os.listdir(tmp_path)) == names


def test_a_folder_that_is_not_there_is_an_error_of_ours(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(PublishError):
        publish_run(warehouse, tmp_path / "missing" / "roi.duckdb", "run-1")


def test_nobody_writes_into_the_published_file(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    assert target.stat().st_mode & 0o777 == 0o444
    publish_run(warehouse, target, "run-2")
    assert read(target, "select run_id, version from marts.published_run") == [("run-2", 2)]


def test_the_file_says_what_was_loaded_and_what_is_in_quarantine(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create schema raw;
            create table raw.clicks as
                select timestamp '2026-01-01' + interval (range) day as event_at from range(3);
            create table raw.load_log as
                select
                    file_id, path, 'clicks' as dataset, 'standard' as format, status, reason,
                    3::bigint as rows_read,
                    2::bigint as rows_loaded, 1::bigint as rows_quarantined, 0::bigint as rows_duplicate,
                    10::bigint as bytes, timestamp '2026-01-04' as modified_at, loaded_at
                from (
                    values (1, 'a.csv', 'quarantined', 'no header', timestamp '2026-01-05'),
                        (2, 'a.csv', 'loaded', null, timestamp '2026-01-06')
                ) as files (file_id, path, status, reason, loaded_at);
            create table raw.quarantine as
                select
                    path, 'clicks' as dataset, 'standard' as format, 'bad time' as reason,
                    'event_at' as column_name, line, 'jo@example.com' as raw_text, cleared_at
                from (
                    values ('a.csv', 7::bigint, null::timestamp), ('a.csv', 5, null),
                        ('a.csv', 1, timestamp '2026-01-06')
                ) as rows (path, line, cleared_at);
            """
        )
    target = tmp_path / "roi.duckdb"
    tests = (TestResult("t", "test", "warn", 2, "fct_things", None),)
    publish(warehouse, target, RunFacts("run-1", {"own_domains": ["a.b"], "half_life_hours": 168}, tests))
    assert read(target, "from published.freshness") == [
        ("clicks", 3, datetime(2026, 1, 1), datetime(2026, 1, 3))
    ]
    assert read(target, "select path, status, is_current from published.load_log") == [
        ("a.csv", "loaded", True),
        ("a.csv", "quarantined", False),
    ]
    assert read(target, "from published.quarantine") == [
        ("a.csv", "clicks", "standard", "bad time", "event_at", 2, 5)
    ]
    assert read(target, "from published.settings") == [
        ("half_life_hours", "168"),
        ("own_domains", '["a.b"]'),
    ]
    assert read(target, "from published.tests") == [("t", "test", "warn", 2, "fct_things", None)]
    undescribed = read(
        target,
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'published' and comment is null",
    )
    assert undescribed == []


def test_test_results_come_from_what_dbt_wrote(tmp_path: Path) -> None:
    assert read_tests(tmp_path) == ()
    nodes = {
        "test.p.a": {
            "name": "a",
            "depends_on": {"nodes": ["model.p.fct", "model.p.dim"]},
            "description": " x ",
        },
        "test.p.skipped": {"name": "skipped"},
        "test.p.singular": {
            "name": "singular",
            "raw_code": "{{ config(meta={'a': {'b': 1}}) }}\n\n-- Detects one.\n-- A failure means two.\n"
            "-- depends_on: {{ ref('x') }}\nselect 1\n-- no\n",
        },
        "test.p.generic": {
            "name": "generic",
            "package_name": "p",
            "test_metadata": {
                "name": "sound",
                "kwargs": {
                    "key": "a, b",
                    "not_null": "c",
                    "accepted": "d: x, y,\n  z\n",
                    "rules": "e: f > 0\ng: h\n  and not i: j\n",
                },
            },
        },
        "test.p.silent": {"name": "silent", "raw_code": "select 1 -- x\n"},
        "model.p.fct": {"name": "fct"},
    }
    unit_tests = {"unit_test.p.fct.b": {"name": "b", "model": "fct"}}
    results = [
        {"unique_id": "model.p.fct", "status": "success"},
        {"unique_id": "unit_test.p.fct.b", "status": "pass", "failures": 0},
        {"unique_id": "test.p.a", "status": "warn", "failures": 3},
        {"unique_id": "test.p.skipped", "status": "skipped"},
        {"unique_id": "test.p.gone", "status": "pass"},
        *({"unique_id": f"test.p.{name}", "status": "pass"} for name in ("singular", "generic", "silent")),
    ]
    macro = (
        "{# sound(): words\n   of its maker #}\n{% test sound(model, key='') %}\n-- Detects rows.\nselect 1"
    )
    macros = {"macro.p.test_sound": {"macro_sql": macro}}
    manifest = {"nodes": nodes, "unit_tests": unit_tests, "macros": macros}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    assert read_tests(tmp_path) == (
        TestResult("a", "test", "warn", 3, "dim, fct", "x"),
        TestResult(
            *("generic", "test", "pass", None, ""),
            "Looked for: a key that is there twice (a, b); a null in c; unknown d; e; g. Detects rows.",
        ),
        TestResult("silent", "test", "pass", None, "", None),
        TestResult("singular", "test", "pass", None, "", "Detects one. A failure means two."),
        TestResult("b", "unit_test", "pass", None, "fct", None),
    )
