"""Raw tables for Spark: what the loader kept, as Parquet files at the shared place.

The loader's rules (content hashes, quarantine, load log) hold for both engines, because there is one loader.
Clicks are appended by load, partitioned by day; the other raw tables change in place and are small, so they
are written anew. A file counts when the manifest, which is replaced last, names its batch: what a killed run
left is removed.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.ingestion.schema import DATASETS, LOG_COLUMNS, VERSIONED, raw_columns
from orchestration.lib.publish.names import literal
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.spark.store import Store

CLICKS = "clicks"
DAY = "day"
LOGS = tuple(LOG_COLUMNS)
_RAW, _SEEDS = "raw", "seeds"
_MANIFEST = f"{_RAW}/manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What the files hold.

    Attributes:
        probe: hashes that keys of clicks and hashes of people depend on; others, other files.
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
    store = place.store
    known = read_manifest(place)
    probe = _value(con, "select string_agg(key || '=' || value, ' ' order by key) from raw.meta")
    through = int(_value(con, "select coalesce(max(file_id), -1) from raw.load_log"))
    clicks = int(_value(con, "select count(*) from raw.clicks"))
    kept = _value(con, f"select count(*) from raw.clicks where _file_id <= {known.through_file_id}")
    if known.probe != probe or known.files != _files(con, known.through_file_id) or kept != known.clicks:
        known = Manifest(version=known.version)
    _remove_strays(store, known)
    batches = known.batches
    if clicks > known.clicks:
        batch = max(batches, default=0) + 1
        _write_clicks(con, store, known.through_file_id, batch)
        batches = (*batches, batch)
    version = known.version + 1
    with store.aside() as aside:
        for table in (*VERSIONED, *LOGS):
            _write_table(con, table, aside / f"{table}.parquet")
            store.put(aside / f"{table}.parquet", f"{_folder(table, version)}/part.parquet")
    manifest = Manifest(str(probe), _files(con, through), clicks, through, batches, version)
    store.write(_MANIFEST, json.dumps(asdict(manifest)))
    _remove_strays(store, manifest)
    return manifest


def read_manifest(place: SparkPlace) -> Manifest:
    """What the files hold; nothing when there are none yet."""
    text = place.store.read(_MANIFEST)
    if text is None:
        return Manifest()
    entries: dict[str, Any] = json.loads(text)
    return Manifest(**{**entries, "batches": tuple(entries["batches"])})


def definitions(place: SparkPlace, manifest: Manifest) -> list[str]:
    """Spark statements that make the files the tables of the schema `raw`."""
    statements = ["create schema if not exists raw", "create schema if not exists raw_files"]
    for table in (*DATASETS, *LOGS):
        columns = ", ".join(f"{name} {kind}" for name, kind in _spark_columns(table))
        partition = f" partitioned by ({DAY})" if table == CLICKS else ""
        if table == CLICKS:
            columns += f", {DAY} date"
        statements.append(f"drop table if exists raw_files.{table}")
        statements.append(
            f"create table raw_files.{table} ({columns}) using parquet{partition} "
            f"location {literal(place.address(_folder(table, manifest.version)))}"
        )
        if table == CLICKS:
            statements.append(f"alter table raw_files.{table} recover partitions")
        statements.append(f"create or replace view raw.{table} as {_view(table)}")
    return statements


def copy_seeds(place: SparkPlace, folders: list[Path]) -> None:
    """Copies the CSV files of registry and reference data to where Spark's workers can read them."""
    store = place.store
    with store.aside() as aside:
        for folder in folders:
            for file in sorted(folder.glob("*.csv")):
                shutil.copyfile(file, aside / file.name)
                store.put(aside / file.name, f"{_SEEDS}/{file.name}")


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


def _write_clicks(con: duckdb.DuckDBPyConnection, store: Store, after: int, batch: int) -> None:
    columns = _select_list(CLICKS)
    with store.aside() as aside:
        con.execute(
            f"copy (select {columns}, cast(event_at as date) as {DAY} from raw.{CLICKS} "
            f"where _file_id > {after}) to {literal(str(aside))} (format parquet, compression zstd, "
            f"partition_by ({DAY}), filename_pattern '{_batch_name(batch)}-{{i}}', overwrite_or_ignore true)"
        )
        for file in sorted(aside.rglob("*.parquet")):
            store.put(file, f"{_folder(CLICKS)}/{file.relative_to(aside).as_posix()}")


def _write_table(con: duckdb.DuckDBPyConnection, table: str, file: Path) -> None:
    con.execute(
        f"copy (select {_select_list(table)} from raw.{table}) "
        f"to {literal(str(file))} (format parquet, compression zstd)"
    )


def _folder(table: str, version: int = 0) -> str:
    return f"{_RAW}/{table}" if table == CLICKS else f"{_RAW}/{table}/version-{version:06d}"


def _select_list(table: str) -> str:
    # An instant of no zone is not what Spark's `timestamp` reads.
    return ", ".join(
        f"timezone('UTC', {name}) as {name}" if kind == "timestamp" else name
        for name, kind in raw_columns(table)
    )


def _spark_columns(table: str) -> list[tuple[str, str]]:
    return [(name, "string" if kind == "varchar" else kind) for name, kind in raw_columns(table)]


def _remove_strays(store: Store, manifest: Manifest) -> None:
    """Removes files of batches and versions that the manifest does not name."""
    batches = {_batch_name(batch) for batch in manifest.batches}
    strays = [
        name
        for name in store.files(_folder(CLICKS))
        if name.endswith(".parquet") and name.rpartition("/")[2].rpartition("-")[0] not in batches
    ]
    for table in (*VERSIONED, *LOGS):
        now = f"{_folder(table, manifest.version)}/"
        strays += [name for name in store.files(f"{_RAW}/{table}") if not name.startswith(now)]
    store.remove(strays)


def _files(con: duckdb.DuckDBPyConnection, through: int) -> str:
    loaded = "string_agg(content_hash, ' ' order by file_id, content_hash)"
    return str(
        _value(con, f"select coalesce(md5({loaded}), '') from raw.load_log where file_id <= {through}")
    )


def _batch_name(batch: int) -> str:
    return f"batch-{batch:06d}"


def _value(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    # All rows, because what is left of a result would bar the connection.
    ((value,),) = con.execute(query).fetchall() or [(None,)]
    return value
