"""The folder of versions: Parquet files with a manifest, the newest few kept, one link to the current one."""

from __future__ import annotations

import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.publish import PublishError, PublishOptions, parquet, part
from orchestration.lib.publish.digests import digest_of
from orchestration.lib.settings import Settings, SettingsError
from tests.support.published import publish_run, read, write_warehouse


def manifest_of(version: Path) -> dict[str, Any]:
    return json.loads((version / "manifest.json").read_text(encoding="utf-8"))


def test_a_version_holds_every_mart_as_parquet(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    report = publish_run(warehouse, target, "run-1")
    assert report.version_folder.parent == tmp_path / "published"
    manifest = manifest_of(report.version_folder)
    assert (manifest["version"], manifest["run_id"]) == (1, "run-1")
    assert manifest["settings"] == {"reporting_currency": "USD"}
    assert [entry["name"] for entry in manifest["tables"]] == [table.name for table in report.tables]
    for entry in manifest["tables"]:
        (name,) = entry["files"]
        file = report.version_folder / name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"][name]
        with duckdb.connect(str(target), read_only=True) as connection:
            relation = f'marts."{entry["name"]}"'
            counts = connection.execute(
                f"select (select count(*) from {relation}), "
                f"(select count(*) from (from {relation} except all from '{file}'))"
            ).fetchall()
            types = [
                (name, kind) for name, kind, *_ in connection.execute(f"describe from '{file}'").fetchall()
            ]
        assert counts == [(entry["rows"], 0)]
        assert types == [(column["name"], column["type"]) for column in entry["columns"]]


def test_a_version_says_what_its_run_was(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    report = publish_run(warehouse, target, "run-1")
    entries = manifest_of(report.version_folder)["about_the_run"]
    assert {(entry["schema"], entry["name"]) for entry in entries} == {
        ("marts", "published_run"),
        *(("published", name) for (name,) in read(target, "select table_name from information_schema.tables "
            "where table_schema = 'published'")),
    }  # fmt: skip
    with duckdb.connect(str(target), read_only=True) as connection:
        for entry in entries:
            (name,) = entry["files"]
            file = report.version_folder / name
            relation = f"{entry['schema']}.{entry['name']}"
            assert name in (f"{relation}.parquet", "published_run.parquet")
            assert hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"][name]
            assert connection.execute(f"from {relation}").fetchall() == (
                connection.execute(f"from '{file}'").fetchall()
            )
            assert entry["description"] and all(column["description"] for column in entry["columns"]), entry
    run = report.version_folder / "published_run.parquet"
    assert duckdb.sql(f"select run_id, version from '{run}'").fetchall() == [("run-1", 1)]


def test_the_manifest_describes_tables_and_columns(warehouse: Path, tmp_path: Path) -> None:
    report = publish_run(warehouse, tmp_path / "roi.duckdb", "run-1")
    entries = {entry["name"]: entry for entry in manifest_of(report.version_folder)["tables"]}
    assert entries["dim_things"]["description"] == "One row a thing; it's a test."
    assert entries["fct_all"]["description"] == "All of it."
    columns = {column["name"]: column["description"] for column in entries["dim_things"]["columns"]}
    assert columns == {"version": None, "id": None, "name": 'Name, "quoted".'}


def test_a_union_of_tables_is_not_written_twice(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create table marts.fct_credit__one as select 1 as id, 2.5::decimal(18, 2) as money;
            create table marts.fct_credit__two as select 2 as id, 3.5::decimal(18, 2) as money;
            create view marts.fct_credit as
                from marts.fct_credit__one union all from marts.fct_credit__two;
            create table marts.fct_part__one as select 1 as id;
            create view marts.fct_part as select id + 1 as id from marts.fct_part__one;
            """
        )
    report = publish_run(warehouse, tmp_path / "roi.duckdb", "run-1")
    entries = {entry["name"]: entry for entry in manifest_of(report.version_folder)["tables"]}
    assert entries["fct_credit"]["files"] == ["fct_credit__one.parquet", "fct_credit__two.parquet"]
    assert entries["fct_credit"]["rows"] == 2
    assert not (report.version_folder / "fct_credit.parquet").exists()
    # As many rows as its part, but other ones.
    assert entries["fct_part"]["files"] == ["fct_part.parquet"]


def test_a_view_is_worked_out_once(warehouse: Path, tmp_path: Path) -> None:
    """What it says need not be what it would say a second time; its file and what is known of it agree."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create view marts.dice as select id, (random() * 1000000)::bigint as value from marts.dim_things"
        )
    report = publish_run(warehouse, tmp_path / "roi.duckdb", "run-1")
    entries = {entry["name"]: entry for entry in manifest_of(report.version_folder)["tables"]}
    (known,) = entries["dice"]["parts"]
    with duckdb.connect() as connection:
        file = f"read_parquet('{report.version_folder / 'dice.parquet'}')"
        digest = digest_of(connection, file, [("id", "BIGINT"), ("value", "BIGINT")])
    assert (known["rows"], known["hashes"]) == (digest.rows, str(digest.total)) and digest.rows == 1000


def test_the_newest_versions_are_kept_each_with_its_database(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    for number in range(1, 6):
        write_warehouse(warehouse, version=number)
        report = publish_run(warehouse, target, f"run-{number}", PublishOptions(keep_versions=2))
    kept = parquet.versions(tmp_path / "published")
    assert [parquet.version_number(version) for version in kept] == [4, 5]
    for version in kept:
        number = parquet.version_number(version)
        assert manifest_of(version)["run_id"] == f"run-{number}"
        assert read(version / "roi.duckdb", "select distinct version from marts.dim_things") == [(number,)]
        assert read(version / "roi.duckdb", "select version from marts.published_run") == [(number,)]
    assert os.readlink(tmp_path / "published" / "latest") == report.version_folder.name
    # The current version costs its disk space once.
    assert (report.version_folder / "roi.duckdb").samefile(target)
    publish_run(warehouse, target, "run-6", PublishOptions(keep_versions=1))
    assert sorted(os.listdir(tmp_path / "published"))[1:] == ["latest"]


def test_files_whose_rows_did_not_change_are_linked(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.credits as
                select 1 as key, 7 as person_key, 2.5::decimal(18, 2) as money;
            create view marts.fct_a as select money from intermediate.credits;
            create view marts.fct_b as select key, money from intermediate.credits where key > 0;
            """
        )

    def publish_and_compare(run: str) -> set[str]:
        before = parquet.versions(tmp_path / "published")[-1]
        after = publish_run(warehouse, target, run).version_folder
        marts = (file for file in after.glob("*.parquet") if not file.name.startswith("published"))
        return {file.name for file in marts if not file.samefile(before / file.name)}

    publish_run(warehouse, target, "run-1")
    with duckdb.connect(str(target), read_only=True) as connection:
        # Both views read it, so it is published once; what joins people is not.
        assert connection.execute("describe intermediate.credits").fetchall()[-1][0] == "money"
        assert len(connection.execute("describe intermediate.credits").fetchall()) == 2
    assert publish_and_compare("run-2") == set()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update intermediate.credits set money = 2.51")
    assert publish_and_compare("run-3") == {"fct_a.parquet", "fct_b.parquet"}
    assert publish_and_compare("run-4") == set()
    newest = parquet.versions(tmp_path / "published")[-1]
    (newest / "fct_a.parquet").chmod(0o644)
    (newest / "fct_a.parquet").write_bytes(b"damaged")
    assert publish_and_compare("run-5") == {"fct_a.parquet"}


def test_rows_read_through_another_view_are_seen_to_change(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.credits as select 1 as key, 2.5::decimal(18, 2) as money;
            create view marts.fct_one as select money from intermediate.credits;
            create view marts.a_total as select sum(money) as money from marts.fct_one;
            """
        )
    first = publish_run(warehouse, target, "run-1")
    assert read(target, "select money from marts.a_total") == [(Decimal("2.50"),)]
    assert read(
        target, "select view_name from duckdb_views() where view_name in ('a_total', 'fct_one') order by 1"
    ) == [("a_total",), ("fct_one",)]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update intermediate.credits set money = 2.51")
    second = publish_run(warehouse, target, "run-2")
    for name in ("fct_one.parquet", "a_total.parquet"):
        assert not (second.version_folder / name).samefile(first.version_folder / name)


def test_numbers_go_on_after_the_folder_was_emptied(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    assert publish_run(warehouse, target, "run-2").version == 2
    for version in parquet.versions(tmp_path / "published"):
        for file in version.iterdir():
            file.unlink()
        version.rmdir()
    assert publish_run(warehouse, target, "run-3").version == 3


def test_what_is_not_a_version_stays(warehouse: Path, tmp_path: Path) -> None:
    mine = tmp_path / "published" / "my notes"
    mine.mkdir(parents=True)
    for number in range(3):
        publish_run(warehouse, tmp_path / "roi.duckdb", f"run-{number}", PublishOptions(keep_versions=1))
    assert mine.is_dir()


def test_a_parquet_file_that_differs_stops_the_publish(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    write_warehouse(warehouse, version=2)
    shape = part.columns_of

    def lose_the_names(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
        if "dim_things.parquet" in relation:
            file = relation.split("'")[1]
            nameless = f"select * replace (null::varchar as name) from '{file}'"
            connection.execute(f"copy ({nameless}) to '{file}.2' (format parquet)")
            os.replace(f"{file}.2", file)
        return shape(connection, relation)

    monkeypatch.setattr(part, "columns_of", lose_the_names)
    with pytest.raises(PublishError, match=r"dim_things differs.*parquet: count\(\"name\"\) is 0"):
        publish_run(warehouse, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert len(parquet.versions(tmp_path / "published")) == 1


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_a_number_of_versions_that_is_none_is_named(value: str) -> None:
    with pytest.raises(SettingsError, match=f"ROI_KEEP_VERSIONS is '{value}'.*whole number from 1"):
        Settings.from_env({"ROI_KEEP_VERSIONS": value}, create=False)


def test_a_number_of_versions_reaches_the_publish() -> None:
    settings = Settings.from_env({"ROI_KEEP_VERSIONS": "7"}, create=False)
    assert settings.publish_options.keep_versions == 7
    assert Settings.from_env({}, create=False).publish_options == PublishOptions()


@pytest.mark.parametrize("value", ["mysql://u:secret@h/d", "secret", "postgresql://u:secret@h:port/d"])
def test_an_address_that_is_none_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(SettingsError, match="ROI_PUBLISH_POSTGRES is not an address") as refused:
        Settings.from_env({"ROI_PUBLISH_POSTGRES": value}, create=False)
    assert "secret" not in str(refused.value)
    settings = Settings.from_env({"ROI_PUBLISH_POSTGRES": "postgresql://u:secret@h/d"}, create=False)
    assert "secret" not in repr(settings) + repr(settings.publish_options)
