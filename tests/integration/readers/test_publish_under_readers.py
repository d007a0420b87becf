"""Readers and publishes at the same time, processes that die, disks that are full: readers never notice."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.publish import PublishError, PublishOptions
from orchestration.lib.publish.parquet import versions
from tests.support.published import publish_run, read, start, write_warehouse

PUBLISHES = 100

DATABASE_READER = """
    import os, sys, duckdb
    os.nice(19)
    file, last = sys.argv[1], int(sys.argv[2])
    print("ready", flush=True)
    number = seen = 0
    while number < last:
        before = os.stat(file).st_mtime_ns
        try:
            with duckdb.connect(file, read_only=True) as connection:
                (row,) = connection.execute("select run_id, version from marts.published_run").fetchall()
                versions = connection.execute(
                    "select version from marts.one union select version from marts.two"
                ).fetchall()
        except duckdb.Error:
            # DuckDB opens a path three times, and a publish may come in between: an error, never a mixture.
            assert os.stat(file).st_mtime_ns != before
            continue
        assert versions == [(int(row[0]),)] == [(row[1],)], (row, versions)
        assert row[1] >= number, "it went back"
        number, seen = row[1], seen + (row[1] != number)
    print("done", seen, flush=True)
"""

PARQUET_READER = """
    import json, os, sys, duckdb
    from pathlib import Path
    os.nice(19)
    latest, last = Path(sys.argv[1]).parent / "published" / "latest", int(sys.argv[2])
    print("ready", flush=True)
    number = seen = 0
    while number < last:
        folder = latest.resolve()
        try:
            manifest = json.loads((folder / "manifest.json").read_text())
            files = [str(folder / name) for table in manifest["tables"] for name in table["files"]]
            versions = duckdb.execute("select distinct version from read_parquet(?)", [files]).fetchall()
        except (FileNotFoundError, duckdb.IOException):
            # Slower than all the publishes that are kept: this version has gone, the next one is there.
            assert latest.resolve() != folder
            continue
        assert versions == [(manifest["version"],)], (manifest["version"], versions)
        number, seen = manifest["version"], seen + (manifest["version"] != number)
    print("done", seen, flush=True)
"""

PUBLISHER = """
    import sys
    from pathlib import Path
    from tests.support.published import publish_run
    print("ready", flush=True)
    while True:
        publish_run(Path(sys.argv[1]), Path(sys.argv[2]), "1")
"""


def test_readers_never_fail_or_see_two_versions(tmp_path: Path) -> None:
    warehouse, target = tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for table in ("one", "two"):
            connection.execute(f"create table marts.{table} as select 1 as version from range(5000)")
    publish_run(warehouse, target, "1")
    programs = [DATABASE_READER] * 6 + [PARQUET_READER] * 2
    readers = [start(program, target, PUBLISHES) for program in programs]
    killed = [readers[0], readers[-1]]
    for number in range(2, PUBLISHES + 1):
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(f"update marts.one set version = {number}")
            connection.execute(f"update marts.two set version = {number}")
        publish_run(warehouse, target, str(number))
        if number == PUBLISHES // 2:
            for reader in killed:
                reader.send_signal(signal.SIGKILL)
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        if reader in killed:
            assert (reader.returncode, errors) == (-signal.SIGKILL, "")
        else:
            assert (errors, reader.returncode) == ("", 0)
            # It did read while publishes went on.
            assert int(output.split()[-1]) > 2
    assert sorted(os.listdir(tmp_path)) == ["published", "roi.duckdb", "warehouse.duckdb"]
    assert len(os.listdir(tmp_path / "published")) == 3 + 1


def test_a_killed_publish_leaves_the_old_version_and_the_next_one_cleans_up(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "1")
    for _ in range(3):
        publisher = start(PUBLISHER, warehouse, target)
        # Kill it while its folder exists, that is in the middle of a publish.
        while not list(tmp_path.glob(".publish.*.tmp")):
            assert publisher.poll() is None
        publisher.send_signal(signal.SIGKILL)
        publisher.communicate()
        assert read(target, "select count(*) from marts.dim_things") == [(1000,)]
        assert (tmp_path / "published" / "latest" / "manifest.json").is_file()
    publish_run(warehouse, target, "2", PublishOptions(keep_versions=1))
    assert read(target, "select run_id from marts.published_run") == [("2",)]
    assert sorted(os.listdir(tmp_path)) == ["published", "roi.duckdb", "warehouse.duckdb"]
    assert len(os.listdir(tmp_path / "published")) == 1 + 1


def test_leftovers_of_dead_processes_are_removed_and_of_living_ones_kept(
    warehouse: Path, tmp_path: Path
) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    (tmp_path / f".publish.{dead.stdout.strip()}.0123abcd.tmp" / "files").mkdir(parents=True)
    living = tmp_path / f".publish.{os.getppid()}.0123abcd.tmp"
    living.mkdir()
    publish_run(warehouse, tmp_path / "roi.duckdb", "run-1")
    assert sorted(os.listdir(tmp_path)) == [living.name, "published", "roi.duckdb", "warehouse.duckdb"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_version_and_a_sentence(
    warehouse: Path, tmp_path: Path, small_disk: Path
) -> None:
    target = small_disk / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    before = sorted(os.listdir(small_disk / "published"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.big as select md5(range::varchar) as text from range(300000)")
    with pytest.raises(PublishError, match="version before it is unchanged: the disk is full.*Make room"):
        publish_run(warehouse, target, "run-2")
    assert read(target, "select run_id from marts.published_run") == [("run-1",)]
    assert sorted(os.listdir(small_disk)) == ["published", "roi.duckdb"]
    assert sorted(os.listdir(small_disk / "published")) == before
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table marts.big")
    assert publish_run(warehouse, target, "run-3").run_id == "run-3"


def test_a_file_that_may_not_grow_leaves_the_old_version(warehouse: Path, tmp_path: Path) -> None:
    """Like a full disk, on machines where none can be mounted: writes beyond a limit fail, at every size."""
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    size = target.stat().st_size
    for limit in (size // 8, size // 2, size - 4096):
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
        try:
            with pytest.raises(PublishError, match="version before it is unchanged"):
                publish_run(warehouse, target, "run-2")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert read(target, "select run_id from marts.published_run") == [("run-1",)]
        assert len(versions(tmp_path / "published")) == 1
        assert sorted(os.listdir(tmp_path)) == ["published", "roi.duckdb", "warehouse.duckdb"]
    write_warehouse(warehouse, version=2)
    assert publish_run(warehouse, target, "run-3").run_id == "run-3"
