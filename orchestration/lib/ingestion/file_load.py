"""Loading one file in one transaction: the direct way where it is sound, else the careful one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.lib.ingestion.careful_load import CarefulLoad
from orchestration.lib.ingestion.direct_load import NeedsCare, load_directly
from orchestration.lib.ingestion.errors import FileNotReady, FileProblem
from orchestration.lib.ingestion.formats.base import Parquet
from orchestration.lib.ingestion.ledger import Outcome, clear_earlier
from orchestration.lib.ingestion.packed import Watch, is_packed
from orchestration.lib.ingestion.relations import direct_relation
from orchestration.lib.ingestion.staging import StagedFiles
from orchestration.lib.ingestion.target import Target

# Faults of the machine or of this code: they stop the run instead of blaming the file.
_OUR_FAULTS = (
    duckdb.InterruptException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
)


def load_file(target: Target, work: Path, record: Callable[[Outcome], None]) -> Outcome:
    """Loads a file that is new and readable, and calls `record` within the same transaction.

    FileProblem: it has to be quarantined whole. FileNotReady: it changed meanwhile.
    """
    target.source.open(target.con)
    outcome = _try_directly(target, record)
    if outcome:
        return outcome
    files = StagedFiles(work)
    try:
        return _transaction(target, lambda: CarefulLoad(target, files).run(), record)
    except _OUR_FAULTS:
        raise
    except duckdb.OutOfMemoryException as error:
        raise FileProblem(
            f"the file needs more memory than loading may take ({target.limits.memory_bytes:,} bytes);"
            " raise ROI_LOAD_MEMORY_BYTES and touch the file"
        ) from error
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise
        raise FileProblem(f"the file cannot be read: {str(error).splitlines()[0][:300]}") from error
    finally:
        files.clear()


def _transaction(target: Target, load: Callable[[], Outcome], record: Callable[[Outcome], None]) -> Outcome:
    target.con.execute("begin")
    try:
        clear_earlier(target.con, target.file.relative)
        outcome = load()
        if not target.identity.unchanged(target.file):
            raise FileNotReady("the file changed while it was read; the next run takes it")
        record(outcome)
        target.con.execute("commit")
        return outcome
    except BaseException:
        _roll_back(target.con)
        raise


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    try:
        con.execute("rollback")
    except duckdb.InterruptException:
        con.execute("rollback")  # the watch's alarm came too late for what it meant to stop


def _try_directly(target: Target, record: Callable[[Outcome], None]) -> Outcome | None:
    """The outcome of the direct way; None where the file has to be looked at record by record."""
    packed = is_packed(target.file.path)
    plain_text = not packed and not isinstance(target.source.reader, Parquet)
    if not target.format.single or (plain_text and target.identity.has_nul):
        return None
    relation = direct_relation(target.con, target.source)
    if relation is None:
        return None
    watch = Watch(target.file.path, target.limits, target.con.interrupt) if packed else None

    def load() -> Outcome:
        # It ends before the transaction does: an alarm in `begin` leaves one that nobody ends.
        with watch or contextlib.nullcontext():
            return load_directly(target, relation, watch)

    try:
        return _transaction(target, load, record)
    except NeedsCare:
        return None
    except duckdb.InterruptException:
        if watch and watch.found_something:
            watch.finish()
            return None
        raise
    except _OUR_FAULTS:
        raise
    except duckdb.Error:
        return None
