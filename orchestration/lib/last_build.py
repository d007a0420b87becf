"""Whether the last complete build still stands: then a run that brings nothing new need not build again.

What a build rests on is hashed: the project's code and the versions of its packages, settings, registry,
reference data, and what has been loaded. The hash is kept in the warehouse, beside the tables. It is
taken away before a build begins: one that fails, or is killed, never stands.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.lib.dbt_runner import code_hash
from orchestration.lib.settings import DBT_PROJECT, ROOT, Settings

_TABLE = "raw.last_build"
_PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "scipy")
# What dbt itself writes beside the sources, and Python beside its own.
_IGNORED = frozenset({"target", "logs", "dbt_packages", "__pycache__"})


def stands(settings: Settings) -> datetime | None:
    """When the last complete build was made (UTC), if another one would make the same; None if it might not.

    Spark's tables are not looked at, so there nothing stands.
    """
    invocation = _last_invocation(settings)
    if settings.spark or invocation is None:
        return None
    with duckdb.connect(str(settings.warehouse)) as connection:
        if not _has_record(connection):
            return None
        row = connection.execute(
            f"select built_at from {_TABLE} where inputs_hash = ? and invocation_id = ?",
            [_inputs_hash(settings, connection), invocation],
        ).fetchone()
    return row[0] if row else None


def forget(settings: Settings) -> None:
    """Nothing stands from here on, until `remember`."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(f"drop table if exists {_TABLE}")


def remember(settings: Settings) -> None:
    """A build of everything has ended well."""
    invocation = _last_invocation(settings)
    if settings.spark or invocation is None:
        return
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema if not exists raw")
        connection.execute(
            f"create or replace table {_TABLE} as select ?::varchar as inputs_hash,"
            " ?::varchar as invocation_id, (now() at time zone 'UTC')::timestamp as built_at",
            [_inputs_hash(settings, connection), invocation],
        )


def _has_record(connection: duckdb.DuckDBPyConnection) -> bool:
    schema, table = _TABLE.split(".")
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
    )
    return found.fetchone() is not None


def _last_invocation(settings: Settings) -> str | None:
    """dbt's id of the last command in this data folder: after any other one, the tables may be its own."""
    try:
        results = json.loads((settings.dbt_target_dir / "run_results.json").read_bytes())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return str(results["metadata"]["invocation_id"])


def _inputs_hash(settings: Settings, connection: duckdb.DuckDBPyConnection) -> str:
    digest = hashlib.sha256(_code().encode())
    for file in sorted((*settings.registry.glob("*"), *(ROOT / "seeds" / "reference").glob("*"))):
        if file.is_file():
            digest.update(f"\0{file.name}\0".encode(errors="surrogateescape") + file.read_bytes())
    given = [settings.environment(), settings.vars, _loaded(connection)]
    digest.update(json.dumps(given, sort_keys=True, default=str).encode())
    digest.update(settings.hash_key)
    return digest.hexdigest()


def _code() -> str:
    digest = hashlib.sha256(code_hash().encode())
    for file in sorted(_sources()):
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    for package in _PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "profiles.yml"
    for folder in (DBT_PROJECT, ROOT / "orchestration"):
        for file in folder.rglob("*"):
            if file.is_file() and not _IGNORED.intersection(file.relative_to(folder).parts):
                yield file


def _loaded(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """What the schema `raw` holds: it changes by whole files only, and each leaves a line in the log."""
    log = connection.execute("select count(*), max(file_id), max(loaded_at) from raw.load_log").fetchall()
    quarantine = connection.execute("select count(*), count(cleared_at) from raw.quarantine").fetchall()
    sizes = connection.execute(
        "select table_name, estimated_size from duckdb_tables()"
        " where schema_name = 'raw' and table_name <> 'last_build' order by table_name"
    ).fetchall()
    return [*log, *quarantine, *sizes]
