"""Landing files into the schema `raw`: one step, an asset for each table."""

from collections.abc import Iterator

import duckdb
from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    multi_asset,
)

from orchestration.defs.engine import Engine
from orchestration.defs.ingestion.checks import quarantine_check_specs, quarantine_result, raw_key
from orchestration.lib import run_lock
from orchestration.lib.ingestion.errors import OtherHashKey
from orchestration.lib.ingestion.loader import load_landing
from orchestration.lib.ingestion.report import FileResult, LoadReport
from orchestration.lib.load_report import DATASETS, DatasetLoad, dataset_loads
from orchestration.lib.progress import Progress
from orchestration.lib.settings import Settings
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.prepare import prepare

DESCRIPTIONS = {
    "clicks": "Click and event rows as they came, appended; not de-duplicated.",
    "orders": "Versions of orders as they came, appended.",
    "order_lines": "Versions of order lines as they came, appended.",
    "refunds": "Versions of refunds as they came, appended.",
    "contacts": "Versions of CRM contacts as they came, appended.",
    "load_log": "One row per file content, with reconciled row counts.",
    "quarantine": "Rows and files that could not be loaded, with the reason and the raw text.",
}


def build_raw_assets(settings: Settings, registry: AssetKey, progress: Progress) -> AssetsDefinition:
    """Loads what is new in the landing folder, after the registry has passed its check."""

    @multi_asset(
        name="load",
        specs=[
            AssetSpec(raw_key(table), deps=[registry], group_name="raw", kinds={"duckdb"}, description=text)
            for table, text in DESCRIPTIONS.items()
        ],
        check_specs=quarantine_check_specs(),
    )
    def load(
        context: AssetExecutionContext, engine: Engine
    ) -> Iterator[MaterializeResult | AssetCheckResult]:
        run_lock.take(settings.data)
        # Before anything is loaded: a run that cannot be built should leave nothing behind.
        chosen = engine.reach(settings)
        with duckdb.connect(str(settings.warehouse)) as connection:
            report = _load(settings, connection, progress)
            _hand_to_spark(chosen, connection)
            loads = dataset_loads(connection)
            counts = {table: _count(connection, table) for table in DESCRIPTIONS}
        _conclude(report, progress)
        gained = report.rows_by_dataset
        for table in DESCRIPTIONS:
            metadata: dict[str, float | int] = {
                "dagster/row_count": counts[table],
                "rows_new": gained.get(table, 0),
            }
            if table in DATASETS:
                metadata |= _file_counts(report, table)
            yield MaterializeResult(asset_key=raw_key(table), metadata=metadata)
        largest_share = float(settings.variables()["max_quarantine_share"])
        for dataset in DATASETS:
            result = quarantine_result(dataset, loads.get(dataset), largest_share)
            _tell(context, progress, dataset, loads.get(dataset), result)
            yield result

    return load


def _load(settings: Settings, connection: duckdb.DuckDBPyConnection, progress: Progress) -> LoadReport:
    started = False

    def on_progress(file: FileResult, done: int, total: int) -> None:
        nonlocal started
        if not started:
            progress.start("files", total)
            started = True
        progress.step("files", file.path)

    try:
        return load_landing(
            connection, settings.landing, settings.hash_key, settings.quarantine_dir, on_progress
        )
    except OtherHashKey as error:
        raise Failure(description=str(error), allow_retries=False) from error


def _hand_to_spark(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Where Spark is the engine, it gets what the loader kept."""
    if not settings.spark:
        return
    try:
        prepare(settings, connection)
    except SparkError as error:
        raise Failure(description=str(error), allow_retries=False) from error


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.table(f"raw.{table}").aggregate("count(*)").fetchall()[0][0])


def _file_counts(report: LoadReport, dataset: str) -> dict[str, float | int]:
    """What this run did with the files of a dataset's own folder."""
    files = [file for file in report.files if file.dataset == dataset]
    counts: dict[str, float | int] = {
        f"files_{status}": sum(1 for file in files if file.status == status)
        for status in ("loaded", "skipped", "quarantined", "waiting")
    }
    return counts | {
        "rows_quarantined_now": sum(file.rows_quarantined for file in files),
        "seconds": round(sum(file.seconds for file in files), 3),
    }


def _conclude(report: LoadReport, progress: Progress) -> None:
    parts = [f"{len(report.loaded)} files loaded, {report.rows_loaded:,} rows"]
    if report.skipped:
        parts.append(f"{len(report.skipped)} known already")
    if report.quarantined:
        parts.append(f"{len(report.quarantined)} files in quarantine")
    if report.waiting:
        parts.append(f"{len(report.waiting)} still being written")
    progress.finish("files", f"{', '.join(parts)}, {report.seconds:.1f} s")
    for file in report.quarantined:
        progress.problem(f"Quarantined: {file.path}: {file.reason}")


def _tell(
    context: AssetExecutionContext,
    progress: Progress,
    dataset: str,
    load: DatasetLoad | None,
    result: AssetCheckResult,
) -> None:
    if result.passed or load is None:
        return
    context.log.warning(f"{dataset}: {result.description}")
    if load.rows_quarantined:
        progress.problem(
            f"{dataset}: {load.rows_quarantined} of {load.rows_read} rows are in quarantine "
            f"({load.quarantine_share:.2%}); `roi quarantine` says why."
        )
