"""What the registry checks work on and what they report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestration.lib.registry.tables import Table


class Severity(StrEnum):
    """An error stops a run before anything is written; a warning is listed."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something wrong in the registry.

    Attributes:
        severity: error or warning.
        rule: the name of the check that found it.
        file: the file's name, such as `promo_codes.csv`.
        line: the physical line in the file where the row begins, the header being 1; None for the whole file.
        message: what is wrong, with the row's values.
        mend: what to do about it.
    """

    severity: Severity
    rule: str
    file: str
    line: int | None
    message: str
    mend: str

    def __str__(self) -> str:
        """One line for a terminal or a log."""
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.message} {self.mend}".rstrip()


@dataclass(frozen=True)
class Row:
    """One record: its values by column, trimmed, empty ones left out; and the line where it begins."""

    line: int
    values: dict[str, str]

    def get(self, column: str) -> str | None:
        """The value of a column, None when it is empty."""
        return self.values.get(column)


@dataclass(frozen=True)
class Sheet:
    """One registry table as read from its file."""

    table: Table
    rows: tuple[Row, ...]

    @property
    def file(self) -> str:
        """The file's name."""
        return self.table.file


@dataclass(frozen=True)
class Registry:
    """The tables that could be read; a table whose file is missing or broken is not in `sheets`."""

    sheets: dict[str, Sheet] = field(default_factory=dict)

    def get(self, name: str) -> Sheet | None:
        """A table by name, None when it could not be read."""
        return self.sheets.get(name)
