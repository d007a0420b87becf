"""Writing the records of a file, numbered, to where DuckDB can read them without stumbling."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.ingestion.documents import json_records
from orchestration.lib.ingestion.formats.base import Csv, JsonDocument
from orchestration.lib.ingestion.packed import chunks
from orchestration.lib.ingestion.records import Bad, Good, csv_records, lines, text_records
from orchestration.lib.ingestion.relations import MARK
from orchestration.lib.ingestion.sources import Source

_BATCH = 2000


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


def stage(source: Source, files: StagedFiles) -> int:
    """Cuts the file into records and writes them; returns the number of those that are none."""
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
    return _write(records, files, source.delimiter if isinstance(source.reader, Csv) else MARK)


def _write(records: Iterable[Good | Bad], files: StagedFiles, delimiter: str) -> int:
    mark = delimiter.encode()
    rejected = row = 0
    batch: list[bytes] = []
    with files.records.open("wb") as good, files.rejects.open("w", newline="", encoding="utf-8") as bad:
        rejects = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for record in records:
            row += 1
            if isinstance(record, Bad):
                rejected += 1
                rejects.writerow((record.line, record.reason, record.raw))
                continue
            batch.append(b"%d%b%d%b%b\n" % (row, mark, record.line, mark, record.data))
            if len(batch) >= _BATCH:
                good.writelines(batch)
                batch.clear()
        good.writelines(batch)
    return rejected
