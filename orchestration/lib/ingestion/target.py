"""What both ways of loading a file share: the file's identity in the warehouse, and the insert into `raw`."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.formats.base import Format, Output
from orchestration.lib.ingestion.landing import LandingFile
from orchestration.lib.ingestion.ledger import Identity, Outcome
from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.schema import FIELDS
from orchestration.lib.ingestion.sources import Source
from orchestration.lib.ingestion.typed_select import TypedSelect, typed_select


@dataclass(frozen=True)
class Target:
    """One file on its way into the warehouse, within an open transaction."""

    con: duckdb.DuckDBPyConnection
    file: LandingFile
    identity: Identity
    file_id: int
    format: Format
    source: Source
    limits: Limits

    def typed_select(self, output: Output, mapped: str) -> TypedSelect:
        """The select for a mapped relation, by the types that its columns turn out to have."""
        described = self.con.execute(f"describe select * from {mapped}").fetchall()
        return typed_select(output.table, {row[0].lower(): row[1] for row in described})

    def tail(self, output: Output) -> str:
        """The load's own columns, which end every raw row."""
        if output.table == "clicks":
            return f"{self.file_id}"
        modified = f"timestamp '{self.identity.modified_at.isoformat(sep=' ')}'"
        own = any(f.name == "updated_at" for f in FIELDS[output.table])
        version = f"coalesce({'updated_at' if own else '_version'}, {modified})"
        return f"{version}, {sql.text(self.file.relative)}, {self.file_id}"

    def insert(self, output: Output, select: str) -> int:
        """Inserts rows into the output's raw table; returns their number."""
        row = self.con.execute(f"insert into raw.{output.table} {select}").fetchone()
        return int(row[0]) if row else 0

    def count(self, query: str) -> int:
        """The single number that a query gives."""
        row = self.con.execute(query).fetchone()
        return int(row[0]) if row else 0

    def outcome(self, loaded: int, quarantined: int, tables: dict[str, int], direct: bool) -> Outcome:
        """The numbers of the file, with what its header turned out to be."""
        return Outcome(
            rows_read=loaded + quarantined,
            rows_loaded=loaded,
            rows_quarantined=quarantined,
            new_columns=self.source.new_columns,
            missing_columns=tuple(self.source.missing),
            tables=tables,
            direct=direct,
        )
