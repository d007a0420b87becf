"""Builds a warehouse in this process, without the orchestrator: load, then dbt."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.dbt_runner import DbtResult, NodeEvent, invoke_dbt, run_dbt
from orchestration.lib.ingestion import load_landing
from orchestration.lib.registry import TABLES
from orchestration.lib.settings import Settings
from orchestration.lib.spark.prepare import prepare

KEY = "a key of the tests"
_parsed: dict[str, bytes] = {}


def settings_for(
    landing: Path, registry: Path, data: Path, variables: str = "{}", more: Mapping[str, str] | None = None
) -> Settings:
    """Settings of a scratch warehouse below `data`; `more` are further environment variables."""
    landing.mkdir(parents=True, exist_ok=True)
    return Settings.from_env(
        {
            "ROI_LANDING": str(landing),
            "ROI_REGISTRY": str(registry),
            "ROI_DATA": str(data),
            "ROI_VARS": variables,
            "ROI_HASH_KEY": KEY,
            **(more or {}),
        }
    )


def load(settings: Settings) -> None:
    """Loads what has landed."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
        if settings.spark:
            prepare(settings, connection)


def build(
    settings: Settings,
    command: Sequence[str] = ("run",),
    full_refresh: bool = False,
    on_node: Callable[[NodeEvent], None] | None = None,
) -> None:
    """Loads what has landed and runs dbt's models and seeds; an AssertionError names what failed."""
    load(settings)
    result = dbt(settings, [*command, *(["--full-refresh"] if full_refresh else [])], on_node)
    failures = [f"{node.name}: {node.message}" for node in result.failures]
    assert result.success, "\n".join([result.error or "dbt failed", *failures])


def dbt(
    settings: Settings, command: Sequence[str], on_node: Callable[[NodeEvent], None] | None = None
) -> DbtResult:
    """Runs dbt over a project that this process has read before; reading it takes longer than most builds."""
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    return run_dbt(settings, command, on_node, _project(settings))


def _project(settings: Settings) -> Any:
    """dbt's parsed project with the registry of these settings; a copy, for dbt writes into it."""
    key = json.dumps([settings.target, settings.vars], sort_keys=True)
    if key not in _parsed:
        result, manifest = invoke_dbt(settings, ["parse", "--no-write-json"])
        assert result.success, result.error
        _parsed[key] = pickle.dumps(manifest)
    manifest = pickle.loads(_parsed[key])
    for table in TABLES:
        seed = manifest.nodes[f"seed.influencer_roi.{table.name}"]
        seed.original_file_path = str(settings.registry / table.file)
    manifest.build_flat_graph()
    return manifest


def tables(
    warehouse: Path, schemas: Sequence[str], without: Sequence[str] = ()
) -> dict[str, list[tuple[str]]]:
    """Every table and view of the schemas as its sorted rows, each row as one text."""
    found: dict[str, list[tuple[str]]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall()
        for schema, name in names:
            if schema in schemas and name not in without:
                found[f"{schema}.{name}"] = connection.execute(
                    f'select cast(row as varchar) as row_text from "{schema}"."{name}" as row order by 1'
                ).fetchall()
    return found
