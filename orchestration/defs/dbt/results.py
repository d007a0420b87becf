"""Turns what dbt says into what Dagster records: materializations with row counts, and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
)

from orchestration.lib.dbt_runner import NodeEvent

UNIQUE_ID = "dagster_dbt/unique_id"
BUILT_STATUSES = frozenset({"success", "no-op"})


class Results:
    """Knows which asset or check each dbt node is, and counts the rows of what was built."""

    def __init__(self, assets: AssetsDefinition, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest
        self._assets: dict[str, AssetKey] = {spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs}
        self._checks: dict[str, AssetCheckKey] = {
            spec.metadata[UNIQUE_ID]: spec.key
            for spec in assets.check_specs
            if spec.metadata and UNIQUE_ID in spec.metadata
        }

    def of(
        self, event: NodeEvent, connection: duckdb.DuckDBPyConnection | None
    ) -> Iterator[MaterializeResult | AssetCheckResult]:
        """What one finished node means; nothing for a node that was skipped or is no asset."""
        if event.unique_id in self._assets and event.status in BUILT_STATUSES:
            metadata: dict[str, Any] = {"seconds": event.seconds}
            rows = self._rows(event.unique_id, connection)
            if rows is not None:
                metadata["dagster/row_count"] = rows
            yield MaterializeResult(asset_key=self._assets[event.unique_id], metadata=metadata)
        elif event.unique_id in self._checks and event.status != "skipped":
            key = self._checks[event.unique_id]
            yield AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=event.status == "pass",
                severity=AssetCheckSeverity.ERROR if event.failed else AssetCheckSeverity.WARN,
                description=event.message or None,
                metadata={"seconds": event.seconds, "status": event.status},
            )

    def _rows(self, unique_id: str, connection: duckdb.DuckDBPyConnection | None) -> int | None:
        """Rows of a table, which DuckDB knows without reading it; a view is not counted."""
        node = self._manifest["nodes"][unique_id]
        if connection is None or node["config"].get("materialized") in {"view", "ephemeral"}:
            return None
        relation = connection.table(f"{node['schema']}.{node['alias']}")
        return int(relation.aggregate("count(*)").fetchall()[0][0])
