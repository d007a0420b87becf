"""A landing folder and a warehouse for tests of loading."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.ingestion import FileResult, Limits, LoadReport, load_landing

HASH_KEY = b"a key for tests"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

CLICKS = "event_id,event_at,visitor_id,event_name\n"
ORDERS = "order_id,ordered_at,currency,subtotal\n"


class Landing:
    """Writes landing files, loads them, and asks the warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "landing"
        self.quarantine = folder / "quarantine"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.con = duckdb.connect()
        self.report = LoadReport()

    def put(self, path: str, content: str | bytes | list[dict[str, Any]], mtime: float | None = None) -> Path:
        """Writes a file; a list becomes JSON lines, and `.gz` in the name packs it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        data = content.encode() if isinstance(content, str) else content
        target.write_bytes(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)
        if mtime is not None:
            os.utime(target, (mtime, mtime))
        return target

    def put_parquet(self, path: str, select: str) -> Path:
        """Writes the result of a query as Parquet."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        duckdb.execute(f"copy ({select}) to '{target}' (format parquet)")
        return target

    def load(self, limits: Limits | None = None, settle_seconds: float = 0) -> LoadReport:
        """Loads the folder and checks that every file's numbers add up."""
        self.report = load_landing(
            self.con, self.folder, HASH_KEY, self.quarantine, limits=limits, settle_seconds=settle_seconds
        )
        unbalanced = self.rows(
            "select path from raw.load_log where rows_read <> rows_loaded + rows_quarantined + rows_duplicate"
        )
        assert not unbalanced, unbalanced
        return self.report

    def load_one(self, path: str, content: str | bytes | list[dict[str, Any]]) -> FileResult:
        """Writes one file, loads the folder, and says what became of that file."""
        self.put(path, content)
        return self.result(path, self.load())

    def result(self, path: str, report: LoadReport | None = None) -> FileResult:
        """What became of one file in a run."""
        return next(file for file in (report or self.report).files if file.path == path)

    def rows(self, query: str) -> list[tuple]:
        """The rows of a query."""
        return self.con.execute(query).fetchall()

    def one(self, query: str) -> tuple:
        """The only row of a query."""
        (row,) = self.rows(query)
        return row

    def record(self, query: str) -> dict[str, Any]:
        """The only row of a query, by column name."""
        cursor = self.con.execute(query)
        names = [column[0] for column in cursor.description]
        (row,) = cursor.fetchall()
        return dict(zip(names, row, strict=True))

    def quarantined(self) -> list[tuple]:
        """(line, column, reason) of what is in quarantine and not settled, in order."""
        return self.rows(
            "select line, column_name, reason from raw.quarantine where cleared_at is null"
            " order by path, line nulls first, reason"
        )
