"""Turns what dbt says into what Dagster records: materializations with row counts, and checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    """Knows which asset or check each dbt node is."""

    def __init__(self, assets: AssetsDefinition) -> None:
        self._assets: dict[str, AssetKey] = {spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs}
        self._checks: dict[str, AssetCheckKey] = {
            spec.metadata[UNIQUE_ID]: spec.key
            for spec in assets.check_specs
            if spec.metadata and UNIQUE_ID in spec.metadata
        }

    def of(self, event: NodeEvent) -> Iterator[MaterializeResult | AssetCheckResult]:
        """What one finished node means; nothing for a node that was skipped or is no asset."""
        if event.unique_id in self._assets and event.status in BUILT_STATUSES:
            metadata: dict[str, Any] = {"seconds": event.seconds}
            if event.rows is not None:
                metadata["dagster/row_count"] = event.rows
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
