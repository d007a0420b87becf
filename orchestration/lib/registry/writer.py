"""Changes registry files: rows added at the end, or a table replaced as a whole; never half of either."""

from __future__ import annotations

import csv
import io
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from orchestration.lib.registry.tables import Table


class RegistryFileError(RuntimeError):
    """A registry file cannot be changed; the message names the file and says what to do."""


def append_rows(folder: Path, table: Table, rows: Sequence[Mapping[str, str]]) -> None:
    """Adds rows to the end of a table's file; what is in it stays as it is, byte for byte.

    The file's own columns, their order and its line ends are used.

    Raises:
        RegistryFileError: the file is missing, has no usable header or lacks a column that a row needs.
    """
    if not rows:
        return
    file = _real(folder, table)
    try:
        data = file.read_bytes()
        text = data.decode("utf-8-sig")
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RegistryFileError(f"{file} cannot be read: {error}. Run `roi registry check`.") from error
    columns = [name.strip().lower() for name in header]
    missing = sorted({name for row in rows for name, value in row.items() if value} - set(columns))
    if missing:
        raise RegistryFileError(f"{file} has no column {', '.join(missing)}. Add it to the header.")
    line_end = "\r\n" if "\r\n" in text else "\n"
    addition = "" if text.endswith(("\n", "\r")) else line_end
    addition += _lines(([row.get(name, "") for name in columns] for row in rows), line_end)
    _replace(file, data + addition.encode())


def write_table(
    folder: Path, table: Table, columns: Sequence[str], rows: Iterable[Mapping[str, str]]
) -> None:
    """Replaces a table's file by these columns and rows.

    Raises:
        RegistryFileError: the file cannot be written; the old one is unchanged then.
    """
    records = [list(columns), *([row.get(name, "") for name in columns] for row in rows)]
    _replace(_real(folder, table), _lines(records, "\n").encode())


def _real(folder: Path, table: Table) -> Path:
    # A linked file is changed where it is, not replaced by a copy.
    return (folder / table.file).resolve()


def _lines(records: Iterable[Sequence[str]], line_end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=line_end).writerows(records)
    return out.getvalue()


def _replace(file: Path, data: bytes) -> None:
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with aside.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, aside)
        os.replace(aside, file)
    except OSError as error:
        raise RegistryFileError(f"{file} cannot be written ({error}); it is unchanged.") from error
    finally:
        aside.unlink(missing_ok=True)
