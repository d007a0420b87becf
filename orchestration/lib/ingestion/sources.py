"""A landing file, opened: what its header says, measured against what its format declares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.formats.base import Csv, Format, Parquet, Reader
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.packed import chunks
from orchestration.lib.ingestion.records import lines, split_header

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MESSAGE_CHARACTERS = 400


@dataclass
class Source:
    """One file with its format. `open` fills in what the file itself says.

    header    the columns as they stand in the file; empty for JSON and plain text
    types     Parquet: the SQL types of those columns
    known     declared column -> position in the header
    unknown   column to keep in `extra` -> position in the header
    """

    path: Path
    format: Format
    reader: Reader
    limits: Limits
    header: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    delimiter: str = ","
    has_header: bool = True

    def open(self, con: duckdb.DuckDBPyConnection) -> None:
        """Reads the header. FileProblem where the file is not what its folder says."""
        if self.path.stat().st_size == 0:
            raise FileProblem("the file is empty (0 bytes): not even a header")
        if isinstance(self.reader, Parquet):
            self._open_parquet(con)
            return
        stream = chunks(self.path, self.limits)
        first = next(stream, b"")
        stream.close()
        if first.startswith(_UTF_16):
            raise FileProblem("the file is UTF-16; save it as UTF-8")
        if first.startswith(b"PAR1"):
            raise FileProblem("the file is Parquet under another name; call it .parquet")
        if isinstance(self.reader, Csv):
            self._open_csv(self.reader)

    # ---- CSV -----------------------------------------------------------------------------------------------

    def _open_csv(self, reader: Csv) -> None:
        first = self._first_line()
        self.delimiter = max((reader.delimiter, *reader.delimiters), key=first.count)
        self.has_header = not reader.names or first.split(self.delimiter)[0].strip() == reader.names[0]
        if self.has_header:
            header = split_header(first, self.delimiter, reader.quoted)
        else:
            header, width = list(reader.names or ()), first.count(self.delimiter) + 1
            if width != len(header):
                raise FileProblem(f"the first line has {width} fields; expected {len(header)}")
        self.header = [name.strip() for name in header]
        self._match_header()

    def _first_line(self) -> str:
        for line in lines(chunks(self.path, self.limits), self.limits.record_bytes):
            if line.too_long:
                raise FileProblem(f"the header is longer than {self.limits.record_bytes:,} bytes")
            try:
                text = line.data.decode()
            except UnicodeDecodeError as error:
                raise FileProblem(
                    "the header is not UTF-8 (wrong encoding); save the file as UTF-8"
                ) from error
            if "\0" in text:
                raise FileProblem("the header has a NUL byte: not a text file")
            if "\r" in text:
                raise FileProblem("the lines end in bare carriage returns; save the file with line feeds")
            if text.strip():
                return text
        raise FileProblem("the file has no header, only blank lines")

    # ---- Parquet -------------------------------------------------------------------------------------------

    def _open_parquet(self, con: duckdb.DuckDBPyConnection) -> None:
        try:
            described = con.execute(f"describe select * from {self.read_parquet()}").fetchall()
        except duckdb.Error as error:
            raise FileProblem(f"not a readable Parquet file ({str(error).splitlines()[0][:200]})") from error
        self.header = [row[0] for row in described]
        self.types = [row[1] for row in described]
        if self.format.shape == "table":
            self._match_header()

    def read_parquet(self, row_numbers: bool = False) -> str:
        """The call of DuckDB's reader; old writers leave text without its type, hence `binary_as_string`."""
        numbered = ", file_row_number = true" if row_numbers else ""
        return f"read_parquet({sql.path(self.path)}, binary_as_string = true{numbered})"

    # ---- columns -------------------------------------------------------------------------------------------

    def _match_header(self) -> None:
        """Finds the declared columns; of several headers that mean one column, the best of its names wins."""
        ignored = {name.casefold() for name in self.format.ignored}
        meaning = {
            name.casefold(): (column.name, rank)
            for column in reversed(self.format.columns)
            for rank, name in enumerate(column.names)
        }
        ranks: dict[str, int] = {}
        for position, name in enumerate(self.header):
            column, rank = meaning.get(name.casefold(), (None, 0))
            if column is None:
                if name.casefold() not in ignored:
                    self._keep(position)
                continue
            if ranks.get(column) == rank:
                raise FileProblem(f"the header has the column {name} twice")
            if rank < ranks.get(column, len(meaning)):
                if column in self.known:
                    self._keep(self.known[column])
                self.known[column], ranks[column] = position, rank
            else:
                self._keep(position)
        self.missing = [column.name for column in self.format.columns if column.name not in self.known]
        self.require_columns()

    def _keep(self, position: int) -> None:
        """Notes a column for `extra`, under a name that no other column has."""
        label = self.header[position] or f"column_{position + 1}"
        while label in self.unknown:
            label += "_"
        self.unknown[label] = position

    def set_keys(self, keys: Iterable[str]) -> None:
        """For JSON, which has no header: takes the keys of all records for one."""
        found = set(keys)
        settled = {name for column in self.format.columns for name in column.names}.union(self.format.ignored)
        self.known = {c.name: 0 for c in self.format.columns if found.intersection(c.names)}
        self.unknown = dict.fromkeys(sorted(found - settled), 0)
        self.missing = [c.name for c in self.format.columns if c.name not in self.known] if found else []
        self.require_columns()

    def require_columns(self) -> None:
        """FileProblem where a required column is missing."""
        absent = [c.name for c in self.format.columns if c.required and c.name in self.missing]
        if absent:
            found = ", ".join([*self.known, *self.unknown]) or "no column at all"
            if len(found) > _MESSAGE_CHARACTERS:
                found = found[:_MESSAGE_CHARACTERS] + "..."
            raise FileProblem(f"the header lacks {', '.join(absent)}; it has {found}")

    @property
    def new_columns(self) -> tuple[str, ...]:
        """Columns that the format does not know."""
        return tuple(self.unknown)
