"""Checks of what was loaded: the share of rows in quarantine, dataset by dataset."""

from __future__ import annotations

from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey

from orchestration.lib.load_report import DATASETS, DatasetLoad

QUARANTINE_CHECK = "quarantine"


def raw_key(table: str) -> AssetKey:
    """The asset of a raw table; dbt's sources have the same key."""
    return AssetKey(["raw", table])


def quarantine_check_specs() -> list[AssetCheckSpec]:
    """One check a dataset. Not blocking: a run goes on without the rows it could not read, and says so."""
    return [
        AssetCheckSpec(
            QUARANTINE_CHECK,
            asset=raw_key(dataset),
            description="Warns when rows are in quarantine; an error above `max_quarantine_share`.",
        )
        for dataset in DATASETS
    ]


def quarantine_result(dataset: str, load: DatasetLoad | None, largest_share: float) -> AssetCheckResult:
    """The check's outcome: passed without quarantined rows, a warning with some, an error with too many."""
    rows = load.rows_quarantined if load else 0
    files = load.files_quarantined if load else 0
    share = load.quarantine_share if load else 0.0
    return AssetCheckResult(
        asset_key=raw_key(dataset),
        check_name=QUARANTINE_CHECK,
        passed=not rows and not files,
        severity=AssetCheckSeverity.ERROR if share > largest_share else AssetCheckSeverity.WARN,
        description=f"{rows} rows and {files} whole files in quarantine, {share:.2%} of all rows.",
        metadata={"rows": rows, "files": files, "share": share, "max_quarantine_share": largest_share},
    )
