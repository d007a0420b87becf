"""Publishes the warehouse's schema `marts`: as a database file, as Parquet, and where asked in PostgreSQL.

Everything is built aside, compared with the warehouse, written through to the disk and only then put in
place: a reader sees the old version or the new one, never half of one, and a crash leaves the old one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.lib.publish import parquet, postgres
from orchestration.lib.publish.database import RUN_TABLE, Built, PublishedTable, Stamp, build, is_usable
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.manifest import Before, read_before
from orchestration.lib.publish.workspace import flush, link_or_copy, replace_link, workspace
from orchestration.lib.publish_options import KEEP_VERSIONS, PublishOptions

_READ_ONLY = 0o444


@dataclass(frozen=True)
class PublishReport:
    """What was published: where, as which run and version, how much and how long it took (seconds).

    Attributes:
        version_folder: the Parquet files of this version, with their manifest and the database file.
        postgres: the PostgreSQL database that holds the same version, None where there is none.
    """

    path: Path
    version_folder: Path
    run_id: str
    version: int
    tables: tuple[PublishedTable, ...]
    size_bytes: int
    seconds: float
    postgres: str | None = None


def publish(
    warehouse: Path, target: Path, facts: RunFacts, options: PublishOptions | None = None
) -> PublishReport:
    """Publishes every table and view of the warehouse's `marts`, all places together or none.

    The database file is renamed to `target`. Beside it, `published/<version>/` gets the Parquet files, their
    manifest and a second name of the database file; the link `published/latest` points there. A view that
    reads nothing but `marts` stays a view in the database file; any other becomes a table. Comments stay.

    Raises:
        PublishError: nothing to publish, a copy differs from the warehouse, or a place cannot be written.
    """
    started = time.monotonic()
    options = options or PublishOptions()
    if not warehouse.is_file():
        raise PublishError(f"There is no warehouse at {warehouse}. Run `make run` first.")
    try:
        with workspace(target.parent) as aside:
            report = _publish(warehouse, target, facts, options, aside, started)
    except (duckdb.Error, OSError) as error:
        raise PublishError(
            f"{target.name} could not be published, the version before it is unchanged: {_reason(error)}"
        ) from error
    return report


def _publish(
    warehouse: Path, target: Path, facts: RunFacts, options: PublishOptions, aside: Path, started: float
) -> PublishReport:
    folder = target.parent / parquet.FOLDER
    folder.mkdir(exist_ok=True)
    stamp = Stamp(_next_number(folder, target), datetime.now(UTC).replace(tzinfo=None))
    database, files = aside / target.name, aside / "files"
    place = None
    known = parquet.versions(folder)
    before = read_before(known[-1] if known else None)
    with _build(warehouse, database, target, stamp, facts, options, before) as built:
        parquet.export(built, files, stamp, facts, before)
        _seal(database, files)
        if options.postgres:
            # The last step that can fail, and the only one that others see before the files are renamed.
            place = postgres.publish(built, options.postgres, aside)
        tables = tuple(PublishedTable(table.name, table.kind, table.rows) for table in built.tables)
    size = database.stat().st_size
    version = folder / stamp.folder
    _put_in_place(database, target, files, version)
    parquet.prune(folder, options.keep_versions, version.name)
    seconds = time.monotonic() - started
    return PublishReport(target, version, facts.run_id, stamp.number, tables, size, seconds, place)


@contextlib.contextmanager
def _build(
    warehouse: Path,
    database: Path,
    target: Path,
    stamp: Stamp,
    facts: RunFacts,
    options: PublishOptions,
    before: Before,
) -> Iterator[Built]:
    """Builds the database from a copy of the published one where that can be used, else from nothing."""
    with contextlib.ExitStack() as stack:
        built = None
        if is_usable(target):
            try:
                shutil.copyfile(target, database)
                built = stack.enter_context(build(warehouse, database, stamp, facts, options, before.tables))
            except duckdb.Error:
                # Whatever is wrong with the old file, the new one does not depend on it.
                _remove(database)
        if built is None:
            built = stack.enter_context(build(warehouse, database, stamp, facts, options, before.tables))
        yield built


def _remove(database: Path) -> None:
    for file in (database, database.with_name(f"{database.name}.wal")):
        file.unlink(missing_ok=True)


def _next_number(folder: Path, target: Path) -> int:
    """One more than the newest version; after the folder was emptied by hand, the published file knows it."""
    if known := parquet.versions(folder):
        return parquet.version_number(known[-1]) + 1
    # A file that is broken, or older than versions, has no number.
    with contextlib.suppress(duckdb.Error), duckdb.connect(str(target), read_only=True) as connection:
        rows = connection.execute(f"select version from {SCHEMA}.{RUN_TABLE}").fetchall()
        return max((number for (number,) in rows), default=0) + 1
    return 1


def _seal(database: Path, files: Path) -> None:
    # Opened without saying read-only it would shut out all others, and kept versions could be written to.
    database.chmod(_READ_ONLY)
    flush(database)
    link_or_copy(database, files / database.name)
    flush(files)


def _put_in_place(database: Path, target: Path, files: Path, version: Path) -> None:
    os.rename(files, version)
    flush(version.parent)
    try:
        os.replace(database, target)
    except OSError:
        shutil.rmtree(version, ignore_errors=True)
        raise
    flush(target.parent)
    replace_link(version.parent / parquet.LATEST, version.name)


def _reason(error: Exception) -> str:
    """The error in one line, with what to do where that is known."""
    text = " ".join(str(error).split())
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in text:
        return f"the disk is full ({text}). Make room or lower {KEEP_VERSIONS}, and run again."
    return text
