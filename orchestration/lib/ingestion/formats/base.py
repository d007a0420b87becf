"""What a format file declares: the files it takes, their columns, and how they map to the standard fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.lib.ingestion.schema import FIELDS


@dataclass(frozen=True)
class Csv:
    """Delimited text with a header line.

    `names` are the columns of a file without one, in order; a first line that begins with the first of them
    is a header all the same. `delimiters` are others that a spreadsheet may have put in place of `delimiter`.
    """

    delimiter: str = ","
    quoted: bool = True
    names: tuple[str, ...] | None = None
    delimiters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Jsonl:
    """One JSON object a line."""


@dataclass(frozen=True)
class JsonDocument:
    """JSON of any layout: objects one after another, one array, or a wrapper around an array.

    `wrappers` are the key paths, outermost key first, under which the records may lie.
    """

    wrappers: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Parquet:
    """Parquet; a format that maps JSON sees each row as one JSON object."""


@dataclass(frozen=True)
class Lines:
    """Plain text, one record a line, in the single column `line`."""


Reader = Csv | Jsonl | JsonDocument | Parquet | Lines


@dataclass(frozen=True)
class Column:
    """A source column under its own name; `aliases` are other headers that mean the same, the best first."""

    name: str
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every header that means this column."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Output:
    """Rows of one raw table: SQL expressions for the standard fields of `table`, over `relation`.

    `relation` is a FROM clause in which `{src}` stands for the source rows. `extra` is SQL for a JSON text of
    what has no field; None keeps nothing. `version` is SQL for the time of the record's last change, for
    tables that have no `updated_at` of their own; without one the file's date is the version.
    """

    table: str
    fields: Mapping[str, str]
    relation: str = "{src}"
    extra: str | None = "extra"
    version: str | None = None


@dataclass(frozen=True)
class Format:
    """One folder name of a dataset.

    shape      'table' (columns as declared), 'json' (one struct `j`) or 'lines' (one column `line`)
    structure  of shape 'json': what is read of a record, as nested dicts and lists with SQL types as leaves
    readers    by file extension; `.gz` behind it is understood for all but Parquet
    unwrap     of shape 'json': the key of a nested object that is the record, where a document has it
    columns    of shape 'table': what is read; anything else goes to `extra`
    ignored    of shape 'table': further columns that the system is known to write, and that are not kept
    flatten    of shape 'table' read from JSON: the key of a nested object whose keys are columns too
    rows       SQL that prepares the source rows (window functions, parsing); `{src}` stands for what was
               read, and every row of it must come out, with `_row`, `_line` and `_bad`
    unit       SQL for the key of rows that only load together; null means the row alone
    recognised (condition over the source rows, what a record is): a record that is not is refused, and a
               file in which none is, is refused whole
    rejects    (condition over the source rows, column, reason) that send a record to quarantine
    name_pattern  regular expression of further (lower-case) file names, for the format's first reader
    """

    dataset: str
    name: str
    readers: Mapping[str, Reader]
    outputs: tuple[Output, ...]
    shape: str = "table"
    structure: Mapping[str, Any] | None = None
    unwrap: str | None = None
    columns: tuple[Column, ...] = ()
    ignored: tuple[str, ...] = ()
    flatten: str | None = None
    rows: str | None = None
    unit: str | None = None
    recognised: tuple[str, str] | None = None
    rejects: tuple[tuple[str, str, str], ...] = ()
    name_pattern: str | None = None

    def __post_init__(self) -> None:
        for output in self.outputs:
            known = {f.name for f in FIELDS[output.table]}
            unknown = set(output.fields) - known
            if unknown:
                raise ValueError(
                    f"{self.dataset}/{self.name}: no such field of {output.table}: {sorted(unknown)}"
                )

    @property
    def single(self) -> bool:
        """Whether each record is one row of one table, so that one insert from the file can load it."""
        return len(self.outputs) == 1 and self.unit is None

    @property
    def extensions(self) -> tuple[str, ...]:
        """Every file name ending that the format takes."""
        endings = []
        for ending, reader in self.readers.items():
            endings.append(ending)
            if not isinstance(reader, Parquet):
                endings.append(ending + ".gz")
        return tuple(endings)

    def reader(self, file_name: str) -> Reader | None:
        """The reader for a file of that name; None where the format does not take it."""
        name = file_name.lower()
        bare = name.removesuffix(".gz")
        endings = sorted(self.readers, key=len, reverse=True)
        for ending in endings:
            reader = self.readers[ending]
            if (bare if not isinstance(reader, Parquet) else name).endswith(ending):
                return reader
        if self.name_pattern and re.fullmatch(self.name_pattern, bare):
            return next(iter(self.readers.values()))
        return None
