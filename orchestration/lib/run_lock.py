"""One run at a time in a data folder, whoever starts it: a terminal, a schedule or a sensor."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

LOCK_FILE = "run.lock"

_held: dict[Path, int] = {}


class RunInProgressError(RuntimeError):
    """Another process runs in this data folder."""


def take(data: Path) -> None:
    """Takes the lock for the rest of this process's life, or until `release`; again is fine.

    The operating system gives it back when the process ends, however it ends.

    Raises:
        RunInProgressError: another process has it; the message says which and since when.
    """
    data = data.resolve()
    if data in _held:
        return
    handle = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(handle, 200).decode(errors="replace").strip() or "another process"
        os.close(handle)
        raise RunInProgressError(
            f"A run is in progress in {data} ({owner}). Wait until it is done, or set ROI_DATA to another "
            "folder."
        ) from None
    os.ftruncate(handle, 0)
    os.write(handle, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
    _held[data] = handle


def release(data: Path) -> None:
    """Gives the lock back; without holding it, nothing happens."""
    handle = _held.pop(data.resolve(), None)
    if handle is not None:
        os.ftruncate(handle, 0)
        os.close(handle)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Holds the lock for a block, and gives it back only if the block took it."""
    had_it = data.resolve() in _held
    take(data)
    try:
        yield
    finally:
        if not had_it:
            release(data)


def is_taken(data: Path) -> bool:
    """True while any process, this one included, runs in the data folder."""
    if data.resolve() in _held:
        return True
    file = data / LOCK_FILE
    if not file.exists():
        return False
    handle = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
