"""Turns what dbt says into what Dagster records: materializations with row counts, and checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from graphlib import TopologicalSorter
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
from orchestration.lib.publish.results import TestResult

UNIQUE_ID = "dagster_dbt/unique_id"
MART_SCHEMA = "marts"
BUILT_STATUSES = frozenset({"success", "no-op"})


class Results:
    """Knows which asset or check each dbt node is."""

    def __init__(self, assets: AssetsDefinition) -> None:
        self._assets: dict[str, AssetKey] = {spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs}
        # Dagster wants to hear of an asset after those that it is made of.
        upstream = {spec.key: [dep.asset_key for dep in spec.deps] for spec in assets.specs}
        self._in_order = [key for key in TopologicalSorter(upstream).static_order() if key in upstream]
        self._checks: dict[str, AssetCheckKey] = {
            spec.metadata[UNIQUE_ID]: spec.key
            for spec in assets.check_specs
            if spec.metadata and UNIQUE_ID in spec.metadata
        }

    def unchanged(
        self, built_at: datetime, tests: Iterable[TestResult]
    ) -> Iterator[MaterializeResult | AssetCheckResult]:
        """The marts and their checks as an earlier build left them: publishing waits for a word of each."""
        metadata = {"unchanged_since": built_at.isoformat()}
        passed = {test.name: test.status == "pass" for test in tests}
        for key in self._in_order:
            if key.path[0] == MART_SCHEMA:
                yield MaterializeResult(asset_key=key, metadata=metadata)
        for check in self._checks.values():
            if check.asset_key.path[0] == MART_SCHEMA:
                yield AssetCheckResult(
                    asset_key=check.asset_key,
                    check_name=check.name,
                    passed=passed.get(check.name, True),
                    severity=AssetCheckSeverity.WARN,
                    metadata=metadata,
                )

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
