"""Has something landed that the warehouse does not know yet? For the sensor, which reads no contents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from orchestration.lib.load_report import has_load_log
from orchestration.lib.settings import Settings
from orchestration.lib.warehouse import WarehouseError, open_warehouse

# Path below the landing folder, bytes, and modification time (UTC, to the microsecond).
Mark = tuple[str, int, datetime]


def new_files(settings: Settings, complete: Iterable[str]) -> tuple[str, ...]:
    """Those of the complete files that no run has taken note of under this path, size and time, sorted.

    A file that was only copied or touched counts as new here; the loader finds that it knows the content.
    """
    known = _known(settings)
    marks = (_mark(settings.landing, path) for path in complete)
    return tuple(sorted(mark[0] for mark in marks if mark is not None and mark not in known))


def _known(settings: Settings) -> frozenset[Mark]:
    try:
        with open_warehouse(settings) as connection:
            if not has_load_log(connection):
                return frozenset()
            query = "select path, bytes, modified_at from raw.load_log"
            return frozenset(connection.execute(query).fetchall())
    except WarehouseError:
        # Nothing has been loaded yet, or a run holds the database: whoever asks looks for runs first.
        return frozenset()


def _mark(landing: Path, path: str) -> Mark | None:
    try:
        status = (landing / path).stat()
    except OSError:
        return None
    seconds, nanoseconds = divmod(status.st_mtime_ns, 10**9)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000, tzinfo=None)
    return path, status.st_size, moment
