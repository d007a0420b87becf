"""`<dataset>/standard`: our own layout, for everything that can be asked to write it."""

from __future__ import annotations

from orchestration.lib.ingestion.formats.base import Column, Csv, Format, Jsonl, Output, Parquet
from orchestration.lib.ingestion.schema import FIELDS

FORMATS = tuple(
    Format(
        dataset=dataset,
        name="standard",
        readers={".csv": Csv(), ".jsonl": Jsonl(), ".parquet": Parquet()},
        columns=tuple(Column(field.name, required=field.required) for field in fields),
        outputs=(Output(dataset, {field.name: field.name for field in fields}),),
    )
    for dataset, fields in FIELDS.items()
)
