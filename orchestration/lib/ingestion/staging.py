"""Writing the records of a file, numbered, to where DuckDB can read them without stumbling."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from orchestration.lib.ingestion.documents import json_records
from orchestration.lib.ingestion.formats.base import Csv, JsonDocument
from orchestration.lib.ingestion.packed import chunks
from orchestration.lib.ingestion.records import Bad, Good, csv_records, lines, text_records
from orchestration.lib.ingestion.relations import MARK
from orchestration.lib.ingestion.sources import Source

_BATCH = 2000
_VECTOR_ROWS = 2048
_VECTORS = 2


class _Writer(Protocol):
    """What `csv.writer` returns."""

    def writerow(self, row: Iterable[Any], /) -> Any:
        """Writes one row."""


@dataclass(frozen=True)
class StagedFiles:
    """Where the records of the current file, what is none, and raw texts are written (a private folder)."""

    folder: Path

    @property
    def records(self) -> Path:
        """Records, each behind its row and line number."""
        return self.folder / "records"

    @property
    def rejects(self) -> Path:
        """What is no record: CSV of line, reason, raw text."""
        return self.folder / "rejects"

    @property
    def raw_texts(self) -> Path:
        """Raw texts of records that turned out bad: CSV of row, raw text."""
        return self.folder / "raw_texts"

    def clear(self) -> None:
        """Removes them all."""
        for path in (self.records, self.rejects, self.raw_texts):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Piece:
    """Some records are staged; `rejected` counts those that are none, from the beginning of the file."""

    rejected: int


def stage(source: Source, files: StagedFiles, whole: bool) -> Iterator[Piece]:
    """Cuts the file into records and stages them, by pieces or whole; each piece replaces the one before.

    There is always a first piece, also when it has no record.
    """
    found = chunks(source.path, source.limits)
    limit = source.limits.record_bytes
    records: Iterable[Good | Bad]
    if isinstance(source.reader, JsonDocument):
        records = json_records(found, source.reader.wrappers, limit)
    elif isinstance(source.reader, Csv):
        physical = lines(found, limit)
        if source.has_header:
            next(line for line in physical if line.data.strip())
        records = csv_records(physical, len(source.header), source.delimiter, source.reader.quoted, limit)
    else:
        records = text_records(lines(found, limit), limit)
    mark = (source.delimiter if isinstance(source.reader, Csv) else MARK).encode()
    numbered = _Numbered(iter(records), mark)
    with files.rejects.open("w", newline="", encoding="utf-8") as bad:
        rejects = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n")
        while True:
            with files.records.open("wb") as good:
                numbered.write(good, rejects, None if whole else source.limits.piece_bytes)
            bad.flush()
            yield Piece(numbered.rejected)
            if numbered.ended:
                return


class _Numbered:
    """Gives records their numbers while it writes them."""

    def __init__(self, records: Iterator[Good | Bad], mark: bytes) -> None:
        self._records, self._mark, self._row = records, mark, 0
        self.rejected = 0
        self.ended = False

    def write(self, good: BinaryIO, rejects: _Writer, most_bytes: int | None) -> None:
        """Writes records until there are `most_bytes` of them, or all; fewer where the records are long.

        DuckDB works on vectors of rows, and a JSON function holds what it parsed of a whole vector.
        """
        written = rows = vector_bytes = 0
        batch: list[bytes] = []
        mark = self._mark
        while most_bytes is None or (written < most_bytes and vector_bytes < most_bytes / _VECTORS):
            record = next(self._records, None)
            if record is None:
                self.ended = True
                break
            self._row += 1
            if isinstance(record, Bad):
                self.rejected += 1
                rejects.writerow((record.line, record.reason, record.raw))
                continue
            batch.append(b"%d%b%d%b%b\n" % (self._row, mark, record.line, mark, record.data))
            written += len(batch[-1])
            rows += 1
            vector_bytes = len(batch[-1]) + (vector_bytes if rows % _VECTOR_ROWS else 0)
            if len(batch) >= _BATCH:
                good.writelines(batch)
                batch.clear()
        good.writelines(batch)
