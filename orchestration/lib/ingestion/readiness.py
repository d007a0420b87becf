"""Which landing files are complete, for sensors: those that stopped changing or have a `.done` marker."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.ingestion.landing import DONE_MARKER, discover

State = list[int]
"""Size in bytes and modification time in nanoseconds."""


@dataclass(frozen=True)
class Look:
    """One look at the landing folder.

    complete  files that a run may load, sorted
    growing   files that are new or have changed since the last look, sorted
    cursor    what the next look needs to know
    key       the same for two looks at the same complete files: a run key
    """

    complete: tuple[str, ...]
    growing: tuple[str, ...]
    cursor: str
    key: str


def landing_cursor(states: dict[str, State]) -> str:
    """The text form of what a look saw."""
    return json.dumps(states, sort_keys=True, separators=(",", ":"))


def _read_cursor(cursor: str | None) -> dict[str, State]:
    """What the last look saw; a cursor that cannot be read counts as none, so files only wait longer."""
    try:
        states = json.loads(cursor or "{}")
    except json.JSONDecodeError:
        return {}
    return states if isinstance(states, dict) else {}


def has_done_marker(path: Path) -> bool:
    """Whether `orders.csv.done` (or `orders.done`) stands beside `orders.csv`."""
    name = path.name
    beside = (name + DONE_MARKER, name.split(".")[0] + DONE_MARKER)
    return any((path.parent / marker).exists() for marker in beside)


def look(landing: Path, cursor: str | None) -> Look:
    """Compares the folder with what the last look saw. NotADirectoryError where it is missing."""
    before = _read_cursor(cursor)
    states: dict[str, State] = {}
    complete: list[str] = []
    growing: list[str] = []
    for file in discover(landing):
        try:
            stat = file.path.lstat() if not file.readable else file.path.stat()
        except OSError:
            continue  # gone since the folder was listed
        state = [stat.st_size, stat.st_mtime_ns]
        states[file.relative] = state
        settled = before.get(file.relative) == state or has_done_marker(file.path)
        (complete if settled else growing).append(file.relative)
    digest = hashlib.sha256(landing_cursor({name: states[name] for name in complete}).encode())
    return Look(tuple(sorted(complete)), tuple(sorted(growing)), landing_cursor(states), digest.hexdigest())
