"""Has something landed, and is it complete?

A file is complete when it has a `.done` marker beside it, or when two looks find it unchanged and nobody has
written to it for a while. Looking reads no contents: the loader does, and skips what it knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.ingestion.landing import DONE_MARKER, discover

# A file that was written to this recently may still grow, however it looked before.
QUIET_SECONDS = 30


@dataclass(frozen=True)
class Decision:
    """What a look came to: the files that are new and complete, and the watch to look with next time."""

    watch: LandingWatch
    ready: tuple[str, ...]
    reason: str
    run_key: str


@dataclass(frozen=True)
class LandingWatch:
    """What former looks saw: for each path a mark of size and time.

    Attributes:
        started: the marks of files for which a run was started.
        seen: the marks of files that were not complete yet.
    """

    started: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: str | None) -> LandingWatch:
        """The watch that `to_cursor` kept; a new one without a cursor."""
        kept = json.loads(cursor) if cursor else {}
        return cls(kept.get("started", {}), kept.get("seen", {}))

    def to_cursor(self) -> str:
        """The watch as text."""
        return json.dumps({"started": dict(self.started), "seen": dict(self.seen)}, sort_keys=True)

    def look(self, landing: Path, now: float) -> Decision:
        """Looks at the landing folder.

        Args:
            landing: the folder.
            now: the moment, seconds since 1970.
        """
        marks, quiet = _marks(landing, now)
        new = {path: mark for path, mark in marks.items() if self.started.get(path) != mark}
        complete = {
            path
            for path in new
            if path in quiet and (_has_marker(landing, path) or self._is_stable(path, new))
        }
        waiting = len(new) - len(complete)
        if not complete:
            reason = f"{waiting} new files may still be growing." if new else "Nothing new has landed."
            return Decision(LandingWatch(self.started, new), (), reason, "")
        # Files that are gone are forgotten: one that comes back is new again.
        kept = {path: mark for path, mark in self.started.items() if path in marks and path not in new}
        started = kept | {path: new[path] for path in complete}
        seen = {path: mark for path, mark in new.items() if path not in complete}
        reason = f"{len(complete)} new files, {waiting} still growing."
        return Decision(LandingWatch(started, seen), tuple(sorted(complete)), reason, _key(started))

    def _is_stable(self, path: str, marks: Mapping[str, str]) -> bool:
        return self.seen.get(path) == marks[path]


def _marks(landing: Path, now: float) -> tuple[dict[str, str], set[str]]:
    """The mark of each file, and the files that are declared done or were left alone for a while."""
    marks: dict[str, str] = {}
    quiet: set[str] = set()
    for file in discover(landing):
        try:
            status = file.path.lstat() if not file.readable else file.path.stat()
        except OSError:
            continue
        mark = f"{status.st_size}:{status.st_mtime_ns}"
        marks[file.relative] = hashlib.sha256(mark.encode()).hexdigest()[:16]
        if now - status.st_mtime >= QUIET_SECONDS or _has_marker(landing, file.relative):
            quiet.add(file.relative)
    return marks, quiet


def _has_marker(landing: Path, path: str) -> bool:
    file = landing / path
    return file.with_name(file.name + DONE_MARKER).exists()


def _key(marks: Mapping[str, str]) -> str:
    """A key of everything that lies there: the same files never start a second run."""
    return hashlib.sha256(json.dumps(dict(marks), sort_keys=True).encode()).hexdigest()[:32]
