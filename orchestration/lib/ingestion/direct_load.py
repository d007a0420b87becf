"""The direct way: one insert from DuckDB's own reader, for files without a single defect."""

from __future__ import annotations

from orchestration.lib.ingestion import sql
from orchestration.lib.ingestion.formats.base import Jsonl
from orchestration.lib.ingestion.ledger import Outcome
from orchestration.lib.ingestion.mapping import mapped_relation, rows_relation
from orchestration.lib.ingestion.packed import Watch
from orchestration.lib.ingestion.schema import FIELDS
from orchestration.lib.ingestion.target import Target


class NeedsCare(Exception):
    """The file has something that only the careful way can judge."""


def load_directly(target: Target, relation: str, watch: Watch | None) -> Outcome:
    """Loads a file of one row a record. Raises NeedsCare or a DuckDB error on the first defect."""
    output = target.format.outputs[0]
    mapped = mapped_relation(target.format, output, rows_relation(target.format, relation))
    select = target.typed_select(output, mapped)
    rows = target.insert(output, select.strict(mapped, target.tail(output)))
    if watch and watch.finish():
        raise NeedsCare
    if isinstance(target.source.reader, Jsonl) and target.format.shape == "table":
        _take_keys(target, output.table)
    return target.outcome(rows, 0, {output.table: rows}, direct=True)


def _take_keys(target: Target, table: str) -> None:
    """JSON has no header: its keys are known from the rows just loaded."""
    loaded = f"from raw.{table} where _file_id = {target.file_id}"
    new = target.con.execute(
        f"select distinct unnest(json_keys(cast(extra as json))) {loaded} and extra is not null"
    ).fetchall()
    fields = FIELDS[table]
    counts = ", ".join(f"count({sql.ident(f.raw_name)})" for f in fields)
    (found,) = target.con.execute(f"select count(*), {counts} {loaded}").fetchall()
    filled = dict(zip(fields, found[1:], strict=True))
    if found[0] and any(field.required and not count for field, count in filled.items()):
        raise NeedsCare  # all null, or a key that is nowhere: the rows do not tell any more
    present = [field.name for field, count in filled.items() if count]
    target.source.set_keys([*present, *(row[0] for row in new)])
