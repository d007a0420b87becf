"""Partial builds on Spark, in a small project under the macros of the large one: few statements a case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib import dbt_runner
from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.settings import DBT_PROJECT, DEFAULT_LANDING, DEFAULT_REGISTRY, ROOT, Settings
from orchestration.lib.spark import fetch
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.tables import describe, read_tables
from tests.support.warehouse import settings_for

PROJECT = """
name: influencer_roi
version: "1.0.0"
config-version: 2
profile: influencer_roi
macro-paths: ["{macros}"]
models:
  influencer_roi:
    +schema: intermediate
    +materialized: table
"""
MODELS = {
    "int_build_fingerprint": """
        {{ config(post_hook='{{ forget_other_builds() }}') }}
        select '{{ var("code") }}' as fingerprint
    """,
    "int_changed_people": """
        {{ config(materialized='incremental', incremental_strategy='replace_all') }}
        -- depends_on: {{ ref('int_build_fingerprint') }}
        select person_key from arrived.changed where {{ 'true' if partial_build() else 'false' }}
    """,
    "moved": """
        {{ config(materialized='incremental', incremental_strategy='replace_all') }}
        -- depends_on: {{ ref('int_build_fingerprint') }}
        select person_key, '{{ var("run") }}' as moved_in
        from arrived.changed
        where {{ 'true' if partial_build() else 'false' }}
        {% if partial_build() %}union all select person_key, moved_in from {{ this }}{% endif %}
    """,
    "people": """
        {{ config(
            materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key'
        ) }}
        select person_key, name, '{{ var("run") }}' as built_by
        from arrived.people
        where {{ changed_only('person_key', ref('int_changed_people')) }}
    """,
    "addresses": """
        {{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='address') }}
        -- depends_on: {{ ref('int_build_fingerprint') }}
        select address, '{{ var("run") }}' as built_by
        from arrived.addresses
        where {{ 'is_new' if partial_build() else 'true' }}
    """,
    # In days: a visit on the first under the name, and one on the next.
    "visits": """
        {{ config(
            materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key',
            meta={'day_of': 'started_at'},
        ) }}
        select person_key, name, timestamp '2026-01-01 23:59:59' as started_at
        from arrived.people
        where {{ changed_only('person_key', ref('int_changed_people')) }}
        union all
        select person_key, 'again', timestamp '2026-01-02 00:00:00'
        from arrived.people
        where {{ changed_only('person_key', ref('int_changed_people')) }} and name <> 'Gus'
    """,
    "int_person_identifiers": """
        select
            'customer' as identifier_type, person_key as identifier_key, -1 as person_key, name as person_id
        from {{ ref('people') }}
    """,
    "hist_identity_merges": """
        {{ config(
            materialized='incremental', incremental_strategy='append', full_refresh=false,
            post_hook='{{ remember_people() }}',
        ) }}
        {%- set remembered = last_remembered('people') if execute %}
        select
            '{{ invocation_id }}' as run_id, '{{ var("run") }}' as run, now.person_id, before.person_id as was
        from {{ ref('int_person_identifiers') }} as now
        inner join {{ remembered or ref('int_person_identifiers') }} as before
            on now.identifier_key = before.identifier_key
        where now.person_id <> before.person_id
    """,
    "int_people_recorded": """
        -- depends_on: {{ ref('people') }}
        -- depends_on: {{ ref('addresses') }}
        -- depends_on: {{ ref('visits') }}
        select 1 as person_key
    """,
    "int_build_recorded": """
        -- depends_on: {{ ref('int_people_recorded') }}
        select fingerprint from {{ ref('int_build_fingerprint') }}
    """,
}
PEOPLE = {1: "Ada", 2: "Ben", 3: "Cas", 4: "Dee", 5: "Eve", 6: "Fay"}
Build = Callable[..., None]
BUCKETS = 8


@pytest.fixture
def spark(spark: SparkPlace) -> SparkPlace:
    return replace(spark, buckets=BUCKETS)


@pytest.fixture
def settings(spark: SparkPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    macros = os.path.relpath(DBT_PROJECT / "macros", project)
    (project / "dbt_project.yml").write_text(PROJECT.format(macros=macros), encoding="utf-8")
    for name, query in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(query, encoding="utf-8")
    monkeypatch.setattr(dbt_runner, "DBT_PROJECT", project)
    with connect(spark) as cursor:
        for schema in ("intermediate", "arrived"):
            cursor.execute(f"drop schema if exists {schema} cascade")
        cursor.execute("create schema arrived")
    more = {"ROI_TARGET": "spark", **spark.environment()}
    yield settings_for(ROOT / DEFAULT_LANDING, ROOT / DEFAULT_REGISTRY, tmp_path / "data", more=more)
    with connect(spark) as cursor:
        cursor.execute("drop schema if exists intermediate cascade")


@pytest.fixture
def build(settings: Settings, spark: SparkPlace) -> Build:
    """Builds with what has arrived: people, the keys of those who changed, and addresses that are new."""

    def build(
        run: str,
        people: dict[int, str],
        changed: tuple[int, ...] = (),
        new: tuple[str, ...] = (),
        code: str = "a",
        buckets: int = BUCKETS,
    ) -> None:
        arrived = {
            "people (person_key, name)": [f"({key}, '{name}')" for key, name in people.items()]
            or ["(0, '')"],
            "changed (person_key)": [f"({key})" for key in changed or (0,)],
            "addresses (address, is_new)": [f"('{each}', {each in new})" for each in ("/a", "/b", *new)],
        }
        with connect(spark) as cursor:
            for table, values in arrived.items():
                # There are no `values` without a row.
                nobody = "" if "address" in table else " where person_key > 0"
                cursor.execute(
                    f"create or replace view arrived.{table} as select * from values {', '.join(values)} "
                    f"as arrived {table.partition(' ')[2]}{nobody}"
                )
        chosen = replace(settings, vars={"run": run, "code": code}, spark=replace(spark, buckets=buckets))
        result = run_dbt(chosen, ["run"])
        assert result.success, (result.error, [node.message for node in result.failures])

    return build


def rows(spark: SparkPlace, table: str) -> list[tuple[Any, ...]]:
    """What Spark reads, which has to be what DuckDB finds in the files."""
    with connect(spark) as cursor, duckdb.connect() as con, read_tables(spark, cursor) as tables:
        names = ", ".join(name for name, _ in describe(cursor, f"intermediate.{table}").columns)
        cursor.execute(f"select {names} from intermediate.{table} order by 1, 2")
        found = cursor.fetchall()
        assert con.execute(f"{tables.select(f'intermediate.{table}')} order by 1, 2").fetchall() == found
    return found


def files(spark: SparkPlace, table: str) -> set[str]:
    return {str(file) for file in (spark.warehouse / "intermediate" / table).rglob("*.parquet")}


def bucket(spark: SparkPlace, key: int) -> int:
    with connect(spark) as cursor:
        cursor.execute(f"select pmod(xxhash64({key}), {spark.buckets})")
        return int(cursor.fetchall()[0][0])


def test_a_partial_build_overwrites_the_buckets_of_who_changed(build: Build, spark: SparkPlace) -> None:
    build("first", PEOPLE)
    before = files(spark, "people")
    build("second", {**PEOPLE, 2: "Bea", 7: "Gus"}, changed=(2, 7), new=("/c",))
    assert rows(spark, "people") == [
        (1, "Ada", "first"), (2, "Bea", "second"), (3, "Cas", "first"), (4, "Dee", "first"),
        (5, "Eve", "first"), (6, "Fay", "first"), (7, "Gus", "second"),
    ]  # fmt: skip
    assert rows(spark, "addresses") == [("/a", "first"), ("/b", "first"), ("/c", "second")]
    touched = {bucket(spark, 2), bucket(spark, 7)}
    untouched = {file for file in before if not any(f"={number}/" in file for number in touched)}
    assert untouched <= files(spark, "people")
    assert before - untouched and not (before - untouched) & files(spark, "people")
    # Nothing changed, nothing written.
    before = files(spark, "people") | files(spark, "addresses")
    build("third", {**PEOPLE, 2: "Bea", 7: "Gus"})
    assert files(spark, "people") | files(spark, "addresses") == before
    # Who is gone leaves no bucket behind.
    build("fourth", {}, changed=(*PEOPLE, 7))
    assert rows(spark, "people") == []


def test_days_in_which_no_row_differs_are_left_alone(build: Build, spark: SparkPlace) -> None:
    def days() -> dict[str, set[str]]:
        found = files(spark, "visits")
        return {day: {file for file in found if f"day_of_row=2026-01-{day}/" in file} for day in ("01", "02")}

    build("first", {1: "Ada", 2: "Ben"})
    before = days()
    assert all(before.values())
    build("second", {1: "Ada", 2: "Bea"}, changed=(1, 2))
    assert [row[:2] for row in rows(spark, "visits")] == [
        (1, "Ada"), (1, "again"), (2, "Bea"), (2, "again"),
    ]  # fmt: skip
    assert days()["02"] == before["02"] and not days()["01"] & before["01"]
    # Nothing is left of the second day, and of one person on the first.
    build("third", {1: "Gus"}, changed=(1, 2))
    assert [row[:2] for row in rows(spark, "visits")] == [(1, "Gus")]


def test_builds_are_complete_where_there_are_no_buckets(build: Build, spark: SparkPlace) -> None:
    build("first", PEOPLE, buckets=0)
    build("second", PEOPLE, changed=(2,), buckets=0)
    assert rows(spark, "people") == [(key, name, "second") for key, name in PEOPLE.items()]
    # The tables that complete builds left are no buckets yet.
    build("third", PEOPLE, changed=(2,))
    assert rows(spark, "people") == [(key, name, "third") for key, name in PEOPLE.items()]


def test_a_table_may_keep_what_it_had(build: Build, spark: SparkPlace) -> None:
    """The last run is as if the one before it had been killed when what it overwrites was lost."""
    build("first", PEOPLE, changed=(1,))
    assert rows(spark, "moved") == []
    build("second", PEOPLE, changed=(2,))
    build("third", PEOPLE, changed=(3,))
    kept = [(2, "second"), (3, "third")]
    assert rows(spark, "moved") == kept
    with connect(spark) as cursor:
        moved, new_rows = "intermediate.moved", "intermediate.moved__new"
        cursor.execute(f"create table {new_rows} using parquet as select * from {moved}")
        cursor.execute(f"insert overwrite table {moved} select * from {new_rows} where false")
    build("fourth", PEOPLE, changed=(4,))
    assert rows(spark, "moved") == [*kept, (4, "fourth")]


def test_what_a_killed_overwrite_left_is_never_read(build: Build, spark: SparkPlace) -> None:
    """As if killed when a bucket was gone and its new files were not in place yet."""
    build("first", PEOPLE)
    with connect(spark) as cursor:
        cursor.execute("create table intermediate.people__new using parquet as select 1 as half")
    lost = spark.warehouse / "intermediate" / "people" / f"bucket_of_{spark.buckets}={bucket(spark, 3)}"
    staged = lost.parent / ".spark-staging-0" / lost.name
    staged.parent.mkdir()
    lost.rename(staged)
    build("second", PEOPLE, changed=(1,))
    assert rows(spark, "people") == [(key, name, "second") for key, name in PEOPLE.items()]
    # The model that was not being written is taken as it is, and the next run is partial again.
    assert rows(spark, "addresses") == [("/a", "first"), ("/b", "first")]
    build("third", PEOPLE, changed=(1,))
    assert [by for _, _, by in rows(spark, "people")] == ["third", *["second"] * 5]


def test_changes_are_logged_once_however_a_run_was_killed(
    build: Build, spark: SparkPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a run was killed when it had logged a change, before it had remembered what it compared."""
    build("first", PEOPLE)
    with connect(spark) as cursor:
        cursor.execute(
            "insert into intermediate.hist_identity_merges (run_id, run, person_id, was) "
            "select 'killed', 'killed', 'Bea', 'Ben'"
        )
        cursor.execute("create table intermediate.people__killed using parquet as select 1 as half")
    build("second", {**PEOPLE, 2: "Bea"}, changed=(2,))
    build("third", {**PEOPLE, 2: "Bea"})
    monkeypatch.setattr(fetch, "HISTORY", "intermediate")
    with connect(spark) as cursor, duckdb.connect() as con, read_tables(spark, cursor) as tables:
        cursor.execute("show tables in intermediate like 'people__*'")
        assert len(cursor.fetchall()) == 1
        con.execute("create schema intermediate")
        for _ in range(2):
            fetch._fetch_history(cursor, con, tables)
            logged = con.execute(
                "select run, person_id, was from intermediate.hist_identity_merges"
            ).fetchall()
            assert logged == [("second", "Bea", "Ben")]
        assert ("customer", 2, "Bea") in con.execute("from intermediate.people").fetchall()


def test_everything_is_built_when_nothing_vouches(build: Build, spark: SparkPlace) -> None:
    """Each reason after a build that another one had made complete."""

    def run(sql: str) -> None:
        with connect(spark) as cursor:
            cursor.execute(sql)

    def other_buckets() -> None:
        folder = spark.warehouse / "intermediate" / "people"
        run("drop table intermediate.people")
        run(
            f"create table intermediate.people using parquet partitioned by (bucket_of_3) location "
            f"'file:{folder}' as select *, cast(1 as int) as bucket_of_3 from "
            "values (1, 'Ada', 'first'), (9, 'Old', 'first') as rows_of_it (person_key, name, built_by)"
        )

    reasons: dict[str, Callable[[], None]] = {
        "other code": lambda: None,
        "no record": lambda: run("drop table intermediate.int_build_recorded"),
        "no people recorded": lambda: run("drop table intermediate.int_people_recorded"),
        "other buckets": other_buckets,
    }
    build("first", PEOPLE)
    for reason, happen in reasons.items():
        happen()
        build(reason, PEOPLE, changed=(1,), code="b")
        assert rows(spark, "people") == [(key, name, reason) for key, name in PEOPLE.items()]
    # With all of it in order again, the next one is partial.
    build("last", PEOPLE, changed=(1,), code="b")
    assert [by for _, _, by in rows(spark, "people")] == ["last", *[reason] * 5]
