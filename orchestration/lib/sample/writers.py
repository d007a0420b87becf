"""Landing files with the same bytes every time: one open file a period, appended to chunk by chunk."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.lib.sample.people import Ints
from orchestration.lib.sample.text import csv_header, csv_lines, json_lines

#: Rows of a Parquet row group, at least.
ROWS_PER_GROUP = 120_000
#: A file is closed and the next part begun when it holds this many rows.
ROWS_PER_FILE = 2_000_000


class _TextFile:
    """A CSV or JSON Lines file, gzipped if its name says so."""

    def __init__(self, path: Path, ending: str) -> None:
        self._raw: IO[bytes] = path.open("wb")
        self._is_csv = ending.startswith("csv")
        # No time and no name in the gzip header: they would differ from run to run.
        self._out: Any = (
            gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=6, mtime=0)
            if ending.endswith(".gz")
            else io.BufferedWriter(self._raw)
        )
        self._begun = False

    def write(self, table: pa.Table) -> None:
        if self._is_csv and not self._begun:
            self._out.write(csv_header(table.column_names))
        self._begun = True
        self._out.write(csv_lines(table) if self._is_csv else json_lines(table))

    def close(self) -> None:
        self._out.close()
        self._raw.close()


class _ParquetFile:
    """A Parquet file; chunks are gathered to row groups of a good size for readers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._out: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def write(self, table: pa.Table) -> None:
        # A copy: a slice that waits would keep the whole chunk's rows in memory.
        self._waiting.append(table.take(pa.array(np.arange(table.num_rows))))
        if sum(one.num_rows for one in self._waiting) >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting)
        self._waiting = []
        if self._out is None:
            # Identifiers are all different: a dictionary of them would only cost time.
            few = [name for name in table.column_names if not name.endswith("_id") and name != "page_url"]
            self._out = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", use_dictionary=few, store_schema=False
            )
        self._out.write_table(table)

    def close(self) -> None:
        self._flush()
        if self._out is not None:
            self._out.close()


@dataclass
class Dataset:
    """The landing folder of one dataset: rows go to the file of their period."""

    folder: Path
    ending: str
    rows: int = 0
    files: list[Path] = field(default_factory=list)
    _open: dict[str, tuple[_TextFile | _ParquetFile, int]] = field(default_factory=dict)
    _parts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, table: pa.Table, periods: Ints, labels: Sequence[str]) -> None:
        """Append rows; `periods` numbers the label of each row and never decreases."""
        self.rows += len(periods)
        edges = np.searchsorted(periods, np.arange(len(labels) + 1), side="left")
        for number, label in enumerate(labels):
            begin, end = int(edges[number]), int(edges[number + 1])
            if end > begin:
                self._append(label, table.slice(begin, end - begin))

    def _append(self, label: str, table: pa.Table) -> None:
        if label not in self._open:
            self._open[label] = (self._create(label), 0)
        out, rows = self._open[label]
        out.write(table)
        self._open[label] = (out, rows + table.num_rows)
        if rows + table.num_rows >= ROWS_PER_FILE:
            out.close()
            del self._open[label]

    def _create(self, label: str) -> _TextFile | _ParquetFile:
        part = self._parts[label] = self._parts.get(label, 0) + 1
        name = f"{self.folder.parent.name}-{label}" + (f"-{part:03d}" if part > 1 else "")
        path = self.folder / f"{name}.{self.ending}"
        self.files.append(path)
        return _ParquetFile(path) if self.ending == "parquet" else _TextFile(path, self.ending)

    def close(self) -> None:
        """Finish all files."""
        for out, _ in self._open.values():
            out.close()
        self._open.clear()
