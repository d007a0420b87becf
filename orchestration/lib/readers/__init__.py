"""Questions to the published database, in SQL: what the dashboard and the report show."""

from orchestration.lib.readers.database import (
    FileIdentity,
    MissingTableError,
    Reader,
    ReaderError,
    Rows,
    Table,
    identity,
    open_reader,
)
from orchestration.lib.readers.run import Run, read_run

__all__ = [
    "FileIdentity",
    "MissingTableError",
    "Reader",
    "ReaderError",
    "Rows",
    "Run",
    "Table",
    "identity",
    "open_reader",
    "read_run",
]
