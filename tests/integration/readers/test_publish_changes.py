"""A publish that writes only what differs publishes what a publish from nothing does, row by row."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.publish import PublishError, copies, parquet, parts, publisher, table_hashes
from orchestration.lib.publish.digests import is_of
from orchestration.lib.publish.layout import Stored
from orchestration.lib.settings import Settings
from tests.support.published import publish_run, read

FACT = """
    create or replace view marts.fct_attribution__{model} as
        select
            '{model}' as attribution_model, conversions.conversion_id, conversions.converted_at,
            journeys.channel, journeys.touched_at, conversions.revenue * {share} as attributed_revenue
        from warehouse.intermediate.int_conversions as conversions
        left join warehouse.intermediate.int_journeys as journeys
            on conversions.conversion_key = journeys.conversion_key and journeys.touch_number <= {touches};
"""
COLUMNS = "attribution_model, conversion_id, converted_at, channel, touched_at, attributed_revenue"
CONVERSION = (
    "{key} as conversion_key, {key} % 7 as person_key, 'c' || {key} as conversion_id, "
    "timestamp '2026-01-01' + interval ({key} * 17 % 120) day as converted_at, "
    "{key}::decimal(18, 2) as revenue"
)
TOUCH = (
    "{key} as conversion_key, touch_number, ['a', 'b', null][1 + ({key} + touch_number) % 3] as channel, "
    "timestamp '2025-12-01' + interval ({key} * 17 % 120) day as touched_at"
)
SESSION = (
    "{key} as session_key, {key} % 50 as visitor_key, "
    "case when {key} % 97 > 0 then timestamp '2026-01-01' + interval ({key} * 5) hour end as started_at, "
    "sqrt({key}) as seconds"
)


def write_world(file: Path) -> None:
    """Facts over shared tables, a view over what is not published, and tables, as in the warehouse."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"""
            create schema marts;
            create schema intermediate;
            create table intermediate.int_conversions as
                select {CONVERSION.format(key="range")} from range(400);
            create table intermediate.int_journeys as
                select {TOUCH.format(key="range")} from range(400), (select unnest([1, 2]) as touch_number);
            create table intermediate.int_sessions as select {SESSION.format(key="range")} from range(500);
            create table intermediate.int_people as
                select range as visitor_key, 'p' || range as person_id from range(50);
            create view marts.fct_sessions as
                select
                    sessions.session_key as session_id, people.person_id, sessions.started_at,
                    sessions.seconds
                from warehouse.intermediate.int_sessions as sessions
                left join warehouse.intermediate.int_people as people using (visitor_key);
            create view marts.fct_conversions as
                select conversion_id, converted_at, revenue from warehouse.intermediate.int_conversions;
            create table marts.mart_no_time as select range as id, [range] as list from range(300);
            create table marts.mart_twice as
                select range % 40 as id, date '2026-01-01' as day from range(200);
            comment on table marts.mart_no_time is 'One row an id.';
            comment on column marts.mart_no_time.id is 'The id.';
            {FACT.format(model="first", share="1.0", touches=1)}
            {FACT.format(model="even", share="0.5", touches=2)}
            create view marts.fct_attribution as
                select {COLUMNS} from warehouse.marts.fct_attribution__first
                union all select {COLUMNS} from warehouse.marts.fct_attribution__even;
            """
        )


def _number(chance: random.Random) -> int:
    return chance.randrange(400)


# What a run may bring. New days, late rows, corrections, merges, rows that go; tables and views that come,
# go or change their columns.
CHANGES: dict[str, Callable[[random.Random], str]] = {
    "nothing": lambda _: "select 1",
    "a new day": lambda chance: (
        f"insert into intermediate.int_sessions select {SESSION.format(key='range')} "
        f"from range({(start := 500 + _number(chance))}, {start + 9})"
    ),
    "a late order": lambda chance: (
        f"insert into intermediate.int_conversions select {CONVERSION.format(key=400 + _number(chance))} "
        "where not exists (from intermediate.int_conversions where conversion_key = 400)"
    ),
    "a refund": lambda chance: (
        f"update intermediate.int_conversions set revenue = revenue - 0.01 "
        f"where conversion_key = {_number(chance)}"
    ),
    "an order of another day": lambda chance: (
        "update intermediate.int_conversions set converted_at = converted_at + interval 40 day "
        f"where conversion_key = {_number(chance)}"
    ),
    "a touch of another channel": lambda chance: (
        f"update intermediate.int_journeys set channel = 'c' where conversion_key = {_number(chance)}"
    ),
    "touches that go": lambda chance: (
        f"delete from intermediate.int_journeys where conversion_key = {_number(chance)}"
    ),
    "people who are one": lambda chance: (
        f"update intermediate.int_people set person_id = 'p1' where visitor_key = {_number(chance) % 50}"
    ),
    "a visit without a time": lambda chance: (
        f"update intermediate.int_sessions set started_at = null where session_key = {_number(chance)}"
    ),
    "visits that go": lambda chance: (
        "delete from intermediate.int_sessions "
        f"where session_key between {(first := _number(chance))} and {first + 60}"
    ),
    "a row three times": lambda _: "insert into marts.mart_twice select 1, date '2026-01-01' from range(2)",
    "one of equal rows less": lambda _: (
        "delete from marts.mart_twice where rowid = (select min(rowid) from marts.mart_twice)"
    ),
    "rows in another order": lambda _: (
        "create or replace table marts.mart_no_time as from marts.mart_no_time order by hash(id)"
    ),
    "another row": lambda chance: f"update marts.mart_no_time set list = [7] where id = {_number(chance)}",
    "another column": lambda chance: (
        f"alter table marts.mart_no_time add column if not exists c{_number(chance) % 3} int default 1"
    ),
    "a table": lambda chance: (
        f"create table if not exists marts.dim_new_{_number(chance) % 3} as select 1 as id"
    ),
    "a table less": lambda chance: f"drop table if exists marts.dim_new_{_number(chance) % 3}",
    "another model": lambda chance: FACT.format(
        model="even", share=f"0.{1 + _number(chance) % 9}", touches=2
    ),
    "other words": lambda chance: f"comment on table marts.mart_no_time is 'Word {_number(chance)}.'",
    "no words": lambda _: "comment on column marts.mart_no_time.id is null",
    "a view of a table's name": lambda _: (
        "drop table if exists marts.dim_new_1; drop view if exists marts.dim_new_1; "
        "create view marts.dim_new_1 as select conversion_id from warehouse.marts.fct_conversions"
    ),
}


def change(warehouse: Path, what: str, chance: random.Random) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        if what in ("a table", "a table less"):
            # What has become a view stays one.
            connection.execute("drop view if exists marts.dim_new_1")
        connection.execute(CHANGES[what](chance))


def described(file: Path) -> list[Any]:
    """Everything of the file that is no row."""
    where = "where not internal and schema_name in ('marts', 'intermediate')"
    return [
        read(file, query)
        for query in (
            f"select schema_name, view_name, sql, comment from duckdb_views() {where} order by all",
            f"select schema_name, table_name, comment from duckdb_tables() {where} order by all",
            "select schema_name, table_name, column_name, column_index, data_type, comment "
            f"from duckdb_columns() {where} order by all",
            "select name, kind, rows from published.tables order by all",
        )
    ]


def assert_files_hold_the_tables(target: Path, version: Path) -> None:
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(target), read_only=True) as connection:
        for entry in manifest["tables"]:
            relation = f"marts.{entry['name']}"
            files = [str(version / name) for name in entry["files"]]
            for left, right in ((relation, "read_parquet($f)"), ("read_parquet($f)", relation)):
                ((count,),) = connection.execute(
                    f"select count(*) from (from {left} except all from {right})", {"f": files}
                ).fetchall()
                assert count == 0, (entry["name"], left)
            assert sum(part["rows"] for part in entry["parts"]) == entry["rows"]


def assert_same_as_from_nothing(warehouse: Path, target: Path, version: Path, aside: Path) -> None:
    aside.mkdir()
    publish_run(warehouse, aside / "roi.duckdb", "from nothing")
    assert table_hashes(target) == table_hashes(aside / "roi.duckdb")
    assert described(target) == described(aside / "roi.duckdb")
    assert_files_hold_the_tables(target, version)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse whose tables count as large: rows are compared, growing tables are split by month."""
    monkeypatch.setattr(copies, "COMPARED_FROM", 0)
    monkeypatch.setattr(parts, "MONTHLY_FROM", 300)
    file = tmp_path / "warehouse.duckdb"
    write_world(file)
    return file


def test_a_month_of_each_model_rests_on_that_months_conversions(
    built_world: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model whose view looked at other conversions would be linked where it should be written."""
    monkeypatch.setattr(parts, "MONTHLY_FROM", 0)
    warehouse, target = tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb"
    shutil.copyfile(built_world.warehouse, warehouse)
    first = publish_run(warehouse, target, "run-1").version_folder
    for number, statement in enumerate(
        (
            "update intermediate.int_conversions set revenue = revenue + 9.87 where conversion_key in keys()",
            "delete from intermediate.int_journeys where conversion_key in keys() and touch_number = 1",
            "update intermediate.int_credits__markov set credit = credit / 2 where conversion_key in keys()",
        )
    ):
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(
                "create temp macro keys() as (select list(conversion_key) from intermediate.int_conversions "
                "where date_trunc('month', converted_at) = "
                "(select date_trunc('month', median(converted_at)) from intermediate.int_conversions))"
            )
            connection.execute(statement)
        second = publish_run(warehouse, target, f"run-{number + 2}").version_folder
        assert_same_as_from_nothing(warehouse, target, second, tmp_path / f"aside-{number}")
        facts = sorted(file.relative_to(second) for file in second.glob("fct_attribution__*/*.parquet"))
        linked = [
            file for file in facts if (first / file).is_file() and (second / file).samefile(first / file)
        ]
        assert 0 < len(linked) < len(facts)
        first = second


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_changes_is_published_as_if_from_nothing(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    def never(database: Path) -> None:
        raise AssertionError("the published file could not be gone on from")

    monkeypatch.setattr(publisher, "_remove", never)
    chance = random.Random(seed)
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-0")
    for number in range(1, 7):
        changes = [chance.choice(sorted(CHANGES)) for _ in range(chance.randint(1, 3))]
        for what in changes:
            change(world, what, chance)
        report = publish_run(world, target, f"run-{number}")
        assert_same_as_from_nothing(world, target, report.version_folder, tmp_path / f"aside-{number}")


def test_only_rows_that_differ_are_written(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, written = tmp_path / "roi.duckdb", []
    first = publish_run(world, target, "run-1").version_folder
    copy = copies._copy_whole
    monkeypatch.setattr(
        copies, "_copy_whole", lambda con, table: (written.append(table.name), copy(con, table))
    )
    with duckdb.connect(str(world)) as connection:
        connection.execute("update intermediate.int_sessions set seconds = 0 where session_key = 300")
        connection.execute(
            "update intermediate.int_conversions set revenue = 0 where converted_at = '2026-02-03'"
        )
    second = publish_run(world, target, "run-2").version_folder
    assert written == []
    new = {
        str(file.relative_to(second))
        for file in second.rglob("*.parquet")
        if not file.name.startswith("published") and not file.samefile(first / file.relative_to(second))
    }
    assert new == {
        "fct_sessions/2026-03.parquet",
        "fct_conversions/2026-02.parquet",
        "fct_attribution__first/2026-02.parquet",
        "fct_attribution__even/2026-02.parquet",
    }
    assert {file.name for file in (second / "fct_sessions").iterdir()} == {
        *(f"2026-0{month}.parquet" for month in range(1, 5)),
        "undated.parquet",
    }
    assert not (second / "fct_attribution").exists()


def test_a_table_of_which_much_was_deleted_is_written_anew(world: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-1")
    for number in range(12):
        with duckdb.connect(str(world)) as connection:
            connection.execute(
                f"update intermediate.int_sessions set seconds = -{number} where session_key % 12 = {number}"
            )
        publish_run(world, target, f"run-{number}")
        ((places, rows),) = read(target, "select max(rowid) + 1, count(*) from marts.fct_sessions")
        assert places <= rows / (1 - copies.DEAD_SHARE)


def test_a_small_growing_table_is_one_file_in_its_folder(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MONTHLY_FROM", 100_000)
    version = publish_run(world, tmp_path / "roi.duckdb", "run-1").version_folder
    assert {str(file.relative_to(version)) for file in version.glob("fct_*/*")} == {
        f"fct_{name}/all.parquet"
        for name in ("sessions", "conversions", "attribution__first", "attribution__even")
    }
    assert_files_hold_the_tables(tmp_path / "roi.duckdb", version)


def test_rows_of_the_published_file_that_are_wrong_are_put_right(world: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-1")
    target.chmod(0o644)
    with duckdb.connect(str(target)) as connection:
        connection.execute("update marts.fct_sessions set person_id = 'nobody' where session_id = 5")
        connection.execute("delete from marts.mart_no_time where id = 6")
        connection.execute("insert into marts.mart_twice select 1, date '2026-01-01'")
    version = publish_run(world, target, "run-2").version_folder
    assert_same_as_from_nothing(world, target, version, tmp_path / "aside")


@pytest.mark.parametrize("damage", ["cut", "zeroed", "another DuckDB", "foreign"])
def test_a_published_file_that_cannot_be_used_is_not(world: Path, tmp_path: Path, damage: str) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-1")
    target.chmod(0o644)
    if damage == "cut":
        target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])
    elif damage == "zeroed":
        with target.open("r+b") as stream:
            stream.seek(3 * 4096)
            stream.write(bytes(target.stat().st_size - 3 * 4096))
    else:
        with duckdb.connect(str(target)) as connection:
            connection.execute(
                "update marts.published_run set duckdb_version = 'v0'"
                if damage == "another DuckDB"
                else "create schema mine; create table mine.x as select 1 as id"
            )
    version = publish_run(world, target, "run-2").version_folder
    assert_same_as_from_nothing(world, target, version, tmp_path / "aside")
    assert read(target, "select count(*) from duckdb_tables() where schema_name = 'mine'") == [(0,)]


def test_figures_that_a_view_works_out_may_differ_in_their_last_bits(world: Path, tmp_path: Path) -> None:
    """Sums of doubles depend on the order of adding; a view that is stored is worked out more than once."""
    with duckdb.connect(str(world)) as connection:
        connection.execute(
            "create view marts.fct_rates as select visitor_key, 1 + random() * 1e-13 as rate "
            "from warehouse.intermediate.int_people"
        )
    for number in range(2):
        publish_run(world, tmp_path / "roi.duckdb", f"run-{number}")


def _skip_a_day(column: str | None, days: set[str]) -> str:
    return is_of(column, sorted(days)[1:])


def _insert_nothing(connection: duckdb.DuckDBPyConnection, table: Stored, condition: str) -> bool:
    connection.execute(f"delete from roi.{table.relation} where {condition}")
    return True


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("is_of", _skip_a_day),
        ("_copy_difference", _insert_nothing),
        ("_copy_difference", lambda connection, table, condition: True),
    ],
)
def test_a_row_that_was_forgotten_is_found(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., Any]
) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-1")
    with duckdb.connect(str(world)) as connection:
        connection.execute("update intermediate.int_sessions set seconds = 0 where session_key = 300")
    monkeypatch.setattr(copies, name, bug)
    with pytest.raises(PublishError, match="fct_sessions differs from the warehouse"):
        publish_run(world, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert len(parquet.versions(tmp_path / "published")) == 1


def test_a_month_that_is_wrongly_taken_for_unchanged_would_be_seen_here(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of the tests above has eyes."""
    target = tmp_path / "roi.duckdb"
    publish_run(world, target, "run-1")
    by_conversion = parts.Parts._by_conversion

    def forget_touches(self: parts.Parts, schema: str, name: str) -> Any:
        return {} if name == "int_journeys" else by_conversion(self, schema, name)

    monkeypatch.setattr(parts.Parts, "_by_conversion", forget_touches)
    publish_run(world, target, "run-2")
    with duckdb.connect(str(world)) as connection:
        connection.execute("update intermediate.int_journeys set channel = 'c' where conversion_key = 7")
    version = publish_run(world, target, "run-3").version_folder
    with pytest.raises(AssertionError):
        assert_files_hold_the_tables(target, version)
