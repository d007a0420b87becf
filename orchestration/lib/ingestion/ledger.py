"""`raw.load_log`: which content has been seen, what became of it, and which version its rows carry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import duckdb

from orchestration.lib.ingestion.landing import LandingFile
from orchestration.lib.ingestion.packed import fingerprint
from orchestration.lib.ingestion.schema import VERSIONED


@dataclass(frozen=True)
class Identity:
    """A file's content and the moment it was looked at. `modified_at` is naive UTC, to the microsecond."""

    content_hash: str
    bytes: int
    modified_at: datetime
    mtime_ns: int
    has_nul: bool = False

    def unchanged(self, file: LandingFile) -> bool:
        """Whether size and modification time are still what they were."""
        if not file.readable:
            return True
        try:
            now = file.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.bytes, self.mtime_ns)


@dataclass(frozen=True)
class Outcome:
    """What loading a file came to; `direct` when it was sound enough for one insert from DuckDB's reader."""

    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    new_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    tables: dict[str, int] = field(default_factory=dict)
    direct: bool = False


def _utc(mtime_ns: int) -> datetime:
    return datetime.fromtimestamp(mtime_ns // 10**9, UTC).replace(
        microsecond=mtime_ns % 10**9 // 1000, tzinfo=None
    )


def identify(file: LandingFile) -> tuple[Identity, LandingFile]:
    """Hashes the file. One that cannot be read gets an identity of its name and date, and a problem."""
    try:
        if not file.readable:
            raise OSError(file.problem)
        stat = file.path.stat()
        found = fingerprint(file.path)
        return (
            Identity(found.sha256, stat.st_size, _utc(stat.st_mtime_ns), stat.st_mtime_ns, found.has_nul),
            file,
        )
    except OSError as error:
        stat = file.path.lstat()
        name = f"{file.relative}\n{stat.st_size}\n{stat.st_mtime_ns}\n{file.problem}"
        key = "unread:" + hashlib.sha256(name.encode()).hexdigest()
        problem = file.problem or f"the file cannot be read ({error.strerror or error})"
        unread = replace(file, problem=problem, readable=False)
        return Identity(key, stat.st_size, _utc(stat.st_mtime_ns), stat.st_mtime_ns), unread


def _ending(path: str) -> str:
    return "".join(PurePosixPath(path).suffixes[-2:]).lower()


class Ledger:
    """The load log of one run, read once."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        rows = con.execute(
            "select file_id, content_hash, dataset, format, status, path, modified_at, loaded_at"
            " from raw.load_log order by file_id"
        ).fetchall()
        self._last_id = max((row[0] for row in rows), default=0)
        self._loaded: dict[tuple[str, str, str], tuple[int, datetime, str]] = {}
        self._refused: dict[tuple[str, str, str, str], datetime] = {}
        for file_id, content, dataset, name, status, path, modified_at, loaded_at in rows:
            if status == "loaded":
                self._loaded[content, dataset, name] = (file_id, modified_at, path)
            else:
                self._refused[content, dataset, name, _ending(path)] = loaded_at

    def next_id(self) -> int:
        """A file id that no file has."""
        return self._last_id + 1

    def has_seen(self, file: LandingFile, identity: Identity) -> bool:
        """Whether this content was loaded before under any name, or refused in this very role.

        A refused file is tried again after it was touched, moved to another folder or given another
        extension.
        """
        if (identity.content_hash, file.dataset, file.format_name) in self._loaded:
            return True
        refused_at = self._refused.get(
            (identity.content_hash, file.dataset, file.format_name, _ending(file.relative))
        )
        return refused_at is not None and identity.modified_at <= refused_at

    def keep_earliest_version(self, file: LandingFile, identity: Identity) -> None:
        """Makes the earliest (modification time, path) of a content its version, in any order of copies."""
        key = (identity.content_hash, file.dataset, file.format_name)
        if key not in self._loaded:
            return
        file_id, modified_at, path = self._loaded[key]
        if (modified_at, path) <= (identity.modified_at, file.relative):
            return
        self._con.execute("begin")
        try:
            for table in VERSIONED:
                self._con.execute(
                    f"update raw.{table} set _file_path = $path,"
                    " _version_at = case when _version_at = $old then $new else _version_at end"
                    " where _file_id = $id",
                    {"path": file.relative, "old": modified_at, "new": identity.modified_at, "id": file_id},
                )
            self._con.execute(
                "update raw.load_log set path = ?, modified_at = ? where file_id = ?",
                [file.relative, identity.modified_at, file_id],
            )
            self._con.execute("commit")
        except BaseException:
            self._con.execute("rollback")
            raise
        self._loaded[key] = (file_id, identity.modified_at, file.relative)

    def record(
        self, file: LandingFile, identity: Identity, file_id: int, outcome: Outcome, seconds: float
    ) -> None:
        """Logs a loaded file, within the transaction that loads it."""
        self._log(file, identity, file_id, "loaded", None, outcome, seconds)
        key = (identity.content_hash, file.dataset, file.format_name)
        self._loaded[key] = (file_id, identity.modified_at, file.relative)
        self._last_id = file_id

    def record_refusal(
        self, file: LandingFile, identity: Identity, file_id: int, reason: str, seconds: float
    ) -> None:
        """Logs a file that is quarantined whole, in a transaction of its own."""
        self._con.execute("begin")
        try:
            clear_earlier(self._con, file.relative)
            self._con.execute(
                "insert into raw.quarantine values (?, ?, ?, ?, null, null, ?, null, ?, null)",
                [file_id, file.relative, file.dataset, file.format_name, reason, _now()],
            )
            self._log(file, identity, file_id, "quarantined", reason, Outcome(0, 0, 0), seconds)
            self._con.execute("commit")
        except BaseException:
            self._con.execute("rollback")
            raise
        key = (identity.content_hash, file.dataset, file.format_name, _ending(file.relative))
        self._refused[key] = max(_now(), identity.modified_at)
        self._last_id = file_id

    def _log(
        self, file: LandingFile, identity: Identity, file_id: int, status: str, reason: str | None,
        outcome: Outcome, seconds: float,
    ) -> None:  # fmt: skip
        loaded_at = max(_now(), identity.modified_at) if status == "quarantined" else _now()
        self._con.execute(
            f"insert into raw.load_log values ({', '.join('?' * 17)})",
            [
                *(
                    file_id,
                    identity.content_hash,
                    file.relative,
                    file.dataset,
                    file.format_name,
                    identity.bytes,
                ),
                *(identity.modified_at, loaded_at, status, reason),
                *(outcome.rows_read, outcome.rows_loaded, outcome.rows_quarantined, 0),
                *(
                    ", ".join(outcome.new_columns) or None,
                    ", ".join(outcome.missing_columns) or None,
                    seconds,
                ),
            ],
        )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def clear_earlier(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """A newer content of a path has come: what its older contents have in quarantine is settled."""
    con.execute(
        "update raw.quarantine set cleared_at = ? where path = ? and cleared_at is null", [_now(), path]
    )
