"""What a load did, file by file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileResult:
    """One file of one run.

    status: 'loaded', 'quarantined' (the whole file), 'skipped' (known content) or 'waiting' (still being
    written). rows are the records that were loaded; `tables` says how many rows of which raw table they
    became. `direct` is true where one insert straight from DuckDB's reader did it, false where the records
    were judged one by one.
    """

    path: str
    dataset: str
    format: str
    status: str
    rows: int = 0
    rows_read: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    reason: str | None = None
    new_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    tables: dict[str, int] = field(default_factory=dict)
    direct: bool = False
    bytes: int = 0
    seconds: float = 0.0


@dataclass
class LoadReport:
    """All files of one run, with totals."""

    files: list[FileResult] = field(default_factory=list)
    seconds: float = 0.0

    def _of(self, status: str) -> list[FileResult]:
        return [file for file in self.files if file.status == status]

    @property
    def loaded(self) -> list[FileResult]:
        """Files of which at least the good rows were loaded."""
        return self._of("loaded")

    @property
    def quarantined(self) -> list[FileResult]:
        """Files that were quarantined whole."""
        return self._of("quarantined")

    @property
    def skipped(self) -> list[FileResult]:
        """Files whose content a former run has seen."""
        return self._of("skipped")

    @property
    def waiting(self) -> list[FileResult]:
        """Files that changed while they were read; the next run takes them."""
        return self._of("waiting")

    @property
    def rows_loaded(self) -> int:
        """Records loaded by this run."""
        return sum(file.rows for file in self.files)

    @property
    def rows_read(self) -> int:
        """Records read by this run."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Records that this run sent to quarantine."""
        return sum(file.rows_quarantined for file in self.files)

    @property
    def rows_by_dataset(self) -> dict[str, int]:
        """Rows that each raw table gained."""
        totals: dict[str, int] = {}
        for file in self.files:
            for table, rows in file.tables.items():
                totals[table] = totals.get(table, 0) + rows
        return totals


OnProgress = Callable[[FileResult, int, int], None]
"""Called after each file with its result, the number of files done, and the number of files."""
