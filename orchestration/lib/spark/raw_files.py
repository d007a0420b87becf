"""Raw tables for Spark: what the loader kept, as Parquet files on the shared folder.

The loader's rules (content hashes, quarantine, load log) hold for both engines, because there is one loader.
Clicks are appended by load, partitioned by day; the other raw tables change in place and are small, so they
are written anew. A file counts when the manifest, which is replaced last, names its batch: what a killed run
left is removed.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.ingestion.schema import DATASETS, LOG_COLUMNS, VERSIONED, raw_columns
from orchestration.lib.publish.names import literal
from orchestration.lib.spark.place import SparkPlace

CLICKS = "clicks"
DAY = "day"
LOGS = tuple(LOG_COLUMNS)
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What the files hold.

    Attributes:
        probe: a hash of DuckDB's that keys of clicks depend on; other keys, other files.
        files: a hash of what was loaded; the folder may have served another warehouse.
        clicks: rows of clicks.
        through_file_id: the last load whose clicks are there.
        batches: numbers of the batches of clicks, in order.
        version: grows with each export; the folder of the other tables.
    """

    probe: str = ""
    files: str = ""
    clicks: int = 0
    through_file_id: int = -1
    batches: tuple[int, ...] = ()
    version: int = 0


def export(con: duckdb.DuckDBPyConnection, place: SparkPlace) -> Manifest:
    """Writes what is new in the warehouse's schema `raw`; returns what the files hold now.

    Args:
        con: a connection to the warehouse whose raw tables the loader has filled.
        place: where the shared folder is.
    """
    place.raw.mkdir(parents=True, exist_ok=True)
    known = read_manifest(place)
    probe = _value(con, "select value from raw.meta where key = 'hash_probe'")
    through = int(_value(con, "select coalesce(max(file_id), -1) from raw.load_log"))
    clicks = int(_value(con, "select count(*) from raw.clicks"))
    kept = _value(con, f"select count(*) from raw.clicks where _file_id <= {known.through_file_id}")
    if known.probe != probe or known.files != _files(con, known.through_file_id) or kept != known.clicks:
        known = Manifest(version=known.version)
    _remove_strays(place, known)
    batches = known.batches
    if clicks > known.clicks:
        batch = max(batches, default=0) + 1
        _write_clicks(con, place, known.through_file_id, batch)
        batches = (*batches, batch)
    version = known.version + 1
    for table in (*VERSIONED, *LOGS):
        _write_table(con, table, place.raw / table / f"version-{version:06d}")
    manifest = Manifest(str(probe), _files(con, through), clicks, through, batches, version)
    _replace(place.raw / _MANIFEST, json.dumps(asdict(manifest)))
    _remove_strays(place, manifest)
    return manifest


def read_manifest(place: SparkPlace) -> Manifest:
    """What the files hold; nothing when there are none yet."""
    try:
        entries: dict[str, Any] = json.loads((place.raw / _MANIFEST).read_text(encoding="utf-8"))
    except OSError:
        return Manifest()
    return Manifest(**{**entries, "batches": tuple(entries["batches"])})


def definitions(place: SparkPlace, manifest: Manifest) -> list[str]:
    """Spark statements that make the files the tables of the schema `raw`."""
    statements = ["create schema if not exists raw", "create schema if not exists raw_files"]
    for table in (*DATASETS, *LOGS):
        folder = (
            place.raw / table if table == CLICKS else place.raw / table / f"version-{manifest.version:06d}"
        )
        columns = ", ".join(f"{name} {kind}" for name, kind in _spark_columns(table))
        partition = f" partitioned by ({DAY})" if table == CLICKS else ""
        if table == CLICKS:
            columns += f", {DAY} date"
        statements.append(f"drop table if exists raw_files.{table}")
        statements.append(
            f"create table raw_files.{table} ({columns}) using parquet{partition} "
            f"location {literal(place.address(folder))}"
        )
        if table == CLICKS:
            statements.append(f"alter table raw_files.{table} recover partitions")
        statements.append(f"create or replace view raw.{table} as {_view(table)}")
    return statements


def copy_seeds(place: SparkPlace, folders: list[Path]) -> None:
    """Copies the CSV files of registry and reference data to where Spark's workers can read them."""
    place.seeds.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        for file in sorted(folder.glob("*.csv")):
            aside = place.seeds / f".{file.name}.{os.getpid()}"
            shutil.copyfile(file, aside)
            os.replace(aside, place.seeds / file.name)


def _view(table: str) -> str:
    """The table as models read it; visitors' keys are Spark's hashes, which orders and contacts have too."""
    if table != CLICKS:
        return f"select * from raw_files.{table}"
    columns = [
        "case when visitor_id is not null then shiftrightunsigned(xxhash64('v', visitor_id), 1)"
        " else visitor_key end as visitor_key"
        if name == "visitor_key"
        else name
        for name, _ in _spark_columns(table)
    ]
    return f"select {', '.join(columns)} from raw_files.{table}"


def _write_clicks(con: duckdb.DuckDBPyConnection, place: SparkPlace, after: int, batch: int) -> None:
    folder, aside = place.raw / CLICKS, place.raw / f"_{CLICKS}.{batch}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    columns = _select_list(CLICKS)
    con.execute(
        f"copy (select {columns}, cast(event_at as date) as {DAY} from raw.{CLICKS} "
        f"where _file_id > {after}) to {literal(str(aside))} (format parquet, compression zstd, "
        f"partition_by ({DAY}), filename_pattern '{_batch_name(batch)}-{{i}}', overwrite_or_ignore true)"
    )
    for file in sorted(aside.rglob("*.parquet")):
        target = folder / file.relative_to(aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
    shutil.rmtree(aside)


def _write_table(con: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    con.execute(
        f"copy (select {_select_list(table)} from raw.{table}) "
        f"to {literal(str(folder / 'part.parquet'))} (format parquet, compression zstd)"
    )


def _select_list(table: str) -> str:
    # An instant of no zone is not what Spark's `timestamp` reads.
    return ", ".join(
        f"timezone('UTC', {name}) as {name}" if kind == "timestamp" else name
        for name, kind in raw_columns(table)
    )


def _spark_columns(table: str) -> list[tuple[str, str]]:
    return [(name, "string" if kind == "varchar" else kind) for name, kind in raw_columns(table)]


def _remove_strays(place: SparkPlace, manifest: Manifest) -> None:
    """Removes files of batches and versions that the manifest does not name."""
    batches = {_batch_name(batch) for batch in manifest.batches}
    for file in (place.raw / CLICKS).rglob("*.parquet"):
        if file.name.rpartition("-")[0] not in batches:
            file.unlink()
    for table in (*VERSIONED, *LOGS):
        for folder in (place.raw / table).glob("version*"):
            if folder.name != f"version-{manifest.version:06d}":
                shutil.rmtree(folder)


def _files(con: duckdb.DuckDBPyConnection, through: int) -> str:
    loaded = "string_agg(content_hash, ' ' order by file_id, content_hash)"
    return str(
        _value(con, f"select coalesce(md5({loaded}), '') from raw.load_log where file_id <= {through}")
    )


def _batch_name(batch: int) -> str:
    return f"batch-{batch:06d}"


def _replace(file: Path, text: str) -> None:
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, file)


def _value(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    # All rows, because what is left of a result would bar the connection.
    ((value,),) = con.execute(query).fetchall() or [(None,)]
    return value
