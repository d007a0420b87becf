"""The loader: landing files into the schema `raw`, each once and only once, each in one transaction."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration.lib.ingestion.errors import FileNotReady, FileProblem
from orchestration.lib.ingestion.file_load import load_file
from orchestration.lib.ingestion.landing import LandingFile, discover
from orchestration.lib.ingestion.ledger import Ledger, Outcome, identify
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.privacy import set_hash_key
from orchestration.lib.ingestion.quarantine import write_quarantine_folder
from orchestration.lib.ingestion.readiness import has_done_marker
from orchestration.lib.ingestion.report import FileResult, LoadReport, OnProgress
from orchestration.lib.ingestion.schema import ensure_schema, refuse_other_key
from orchestration.lib.ingestion.sources import Source
from orchestration.lib.ingestion.target import Target

_WORK_FOLDER = ".staging"


def load_landing(
    con: duckdb.DuckDBPyConnection,
    landing: Path,
    hash_key: bytes,
    quarantine_dir: Path,
    on_progress: OnProgress | None = None,
    limits: Limits | None = None,
    settle_seconds: float = 0,
) -> LoadReport:
    """Loads every new file of the landing folder into `raw` and says what became of each.

    `con` is the only writer of its database. The schema and all its tables are created where missing, also
    when no file is there. A file that cannot be loaded is quarantined and the run goes on; what raises is a
    fault of the machine (disk, memory) or of this code, and leaves all files before it loaded and the current
    one untouched. A file that changed less than `settle_seconds` ago is left for the next run, unless a
    `.done` marker says that it is complete: what a sensor starts must not catch a file half written.
    Raises NotADirectoryError where `landing` is missing, ValueError where `hash_key` is empty and
    OtherHashKey where it is not the one that was loaded with.
    """
    if not hash_key:
        raise ValueError("there is no hash key; set ROI_HASH_KEY")
    started = time.monotonic()
    limits = limits or Limits.from_env()
    files = discover(landing)
    ensure_schema(con)
    refuse_other_key(con, hash_key)
    report = LoadReport()
    with _session(con, hash_key, limits), _work_folder(quarantine_dir) as work:
        ledger = Ledger(con)
        for done, file in enumerate(files, start=1):
            result = _unsettled(file, settle_seconds) or _load_one(con, ledger, file, work, limits)
            report.files.append(result)
            if on_progress:
                on_progress(result, done, len(files))
        write_quarantine_folder(con, quarantine_dir)
    report.seconds = time.monotonic() - started
    return report


@contextlib.contextmanager
def _session(con: duckdb.DuckDBPyConnection, hash_key: bytes, limits: Limits) -> Iterator[None]:
    """Settings that loading needs: UTC, no order to keep in memory, bounded memory. Restored afterwards."""
    names = ("TimeZone", "preserve_insertion_order", "memory_limit")
    before = {name: _setting(con, name) for name in names}
    set_hash_key(con, hash_key)
    try:
        con.execute("set TimeZone = 'UTC'")
        con.execute("set preserve_insertion_order = false")
        if _bytes(before["memory_limit"]) > limits.memory_bytes:
            con.execute(f"set memory_limit = '{limits.memory_bytes}B'")
        yield
    finally:
        con.execute(f"set TimeZone = '{before['TimeZone']}'")
        con.execute(f"set preserve_insertion_order = {before['preserve_insertion_order']}")
        con.execute(f"set memory_limit = '{_bytes(before['memory_limit']):.0f}B'")
        con.execute("reset variable roi_hmac_inner")
        con.execute("reset variable roi_hmac_outer")


def _bytes(size: str) -> float:
    """A size as DuckDB writes it ('18.8 GiB', cut to one place), in bytes; half a place is given back."""
    number, _, unit = size.partition(" ")
    power = ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit)
    return (float(number) + (0.05 if power else 0)) * 1024**power


def _setting(con: duckdb.DuckDBPyConnection, name: str) -> str:
    row = con.execute("select current_setting(?)::varchar", [name]).fetchone()
    return row[0] if row else ""


@contextlib.contextmanager
def _work_folder(quarantine_dir: Path) -> Iterator[Path]:
    """A private folder for staged records; what a killed run left in it is removed."""
    quarantine_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = quarantine_dir / _WORK_FOLDER
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unsettled(file: LandingFile, settle_seconds: float) -> FileResult | None:
    """The result for a file that may still be growing."""
    if not settle_seconds or not file.readable or has_done_marker(file.path):
        return None
    try:
        age = time.time() - file.path.stat().st_mtime
    except FileNotFoundError:
        return None
    if age >= settle_seconds:
        return None
    reason = f"changed less than {settle_seconds:g} seconds ago; the next run takes it"
    return FileResult(file.relative, file.dataset, file.format_name, "waiting", reason=reason)


def _load_one(
    con: duckdb.DuckDBPyConnection, ledger: Ledger, file: LandingFile, work: Path, limits: Limits
) -> FileResult:
    """One file: skipped, loaded, or quarantined whole."""
    started = time.monotonic()
    try:
        identity, file = identify(file)
    except FileNotFoundError:
        gone = "the file was taken away while the run went on"
        return FileResult(file.relative, file.dataset, file.format_name, "waiting", reason=gone)
    result = FileResult(file.relative, file.dataset, file.format_name, "skipped", bytes=identity.bytes)
    if ledger.has_seen(file, identity):
        ledger.keep_earliest_version(file, identity)
        return replace(result, seconds=time.monotonic() - started)
    file_id = ledger.next_id()
    try:
        if file.problem or file.format is None:
            raise FileProblem(file.problem or "unknown format")
        reader = file.format.reader(file.path.name)
        assert reader is not None, "discovery refuses what no reader takes"
        source = Source(file.path, file.format, reader, limits)
        target = Target(con, file, identity, file_id, file.format, source, limits)

        def record(outcome: Outcome) -> None:
            ledger.record(file, identity, file_id, outcome, time.monotonic() - started)

        done = load_file(target, work, record)
        return replace(
            result,
            status="loaded",
            rows=done.rows_loaded,
            rows_read=done.rows_read,
            rows_quarantined=done.rows_quarantined,
            new_columns=done.new_columns,
            missing_columns=done.missing_columns,
            tables=done.tables,
            direct=done.direct,
            seconds=time.monotonic() - started,
        )
    except FileNotReady as problem:
        return replace(result, status="waiting", reason=str(problem), seconds=time.monotonic() - started)
    except FileProblem as problem:
        seconds = time.monotonic() - started
        if not identity.unchanged(file):
            return replace(result, status="waiting", reason="the file is being written", seconds=seconds)
        ledger.record_refusal(file, identity, file_id, str(problem), seconds)
        return replace(result, status="quarantined", reason=str(problem), seconds=seconds)
