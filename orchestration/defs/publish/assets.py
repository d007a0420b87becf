"""What readers open, as Dagster assets: the database file, Parquet files, and PostgreSQL where it is set."""

from collections.abc import Iterator, Sequence

import duckdb
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    multi_asset,
)

from orchestration.defs.engine import Engine
from orchestration.lib.manifest import read_manifest
from orchestration.lib.progress import Progress
from orchestration.lib.publish import PublishError, PublishReport, RunFacts, publish
from orchestration.lib.publish.results import read_tests
from orchestration.lib.settings import Settings
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.fetch import fetch

PUBLISHED_KEY = AssetKey(["published", "roi"])
PARQUET_KEY = AssetKey(["published", "parquet"])
POSTGRES_KEY = AssetKey(["published", "postgres"])
GROUP = "publish"


def build_publish_asset(settings: Settings, deps: Sequence[AssetKey], progress: Progress) -> AssetsDefinition:
    """All marts for readers: published together, and only when every mart was built and every test passed."""

    @multi_asset(specs=_specs(settings, deps), name="published_roi")
    def published_roi(context: AssetExecutionContext, engine: Engine) -> Iterator[MaterializeResult]:
        progress.start("publish", None)
        chosen = engine.apply(settings)
        facts = RunFacts(context.run_id, chosen.variables(), read_tests(chosen.dbt_target_dir))
        try:
            _take_from_spark(chosen)
            report = publish(chosen.warehouse, chosen.published, facts, chosen.publish_options)
        except (PublishError, SparkError) as error:
            progress.problem(str(error))
            raise Failure(description=str(error), allow_retries=False) from error
        rows = sum(table.rows for table in report.tables)
        where = f", also in PostgreSQL at {report.postgres}" if report.postgres else ""
        progress.finish(
            "publish", f"{len(report.tables)} tables, {rows:,} rows, {report.seconds:.1f} s{where}"
        )
        yield from _results(report, rows)

    return published_roi


def _take_from_spark(settings: Settings) -> None:
    """Where Spark is the engine, its marts come into the warehouse's file first."""
    if not settings.spark:
        return
    manifest = read_manifest(settings.dbt_target_dir / "manifest.json")
    with duckdb.connect(str(settings.warehouse)) as connection:
        fetch(settings.spark, connection, manifest)


def _specs(settings: Settings, deps: Sequence[AssetKey]) -> list[AssetSpec]:
    described = {
        PUBLISHED_KEY: ("duckdb", "The file that BI tools open: all marts, verified, replaced as a whole."),
        PARQUET_KEY: ("parquet", "The same marts as Parquet files with a manifest, a folder a version."),
    }
    if settings.publish_postgres:
        described[POSTGRES_KEY] = ("postgres", "The same marts in PostgreSQL, replaced in one transaction.")
    return [
        AssetSpec(key, deps=list(deps), group_name=GROUP, kinds={kind}, description=text)
        for key, (kind, text) in described.items()
    ]


def _results(report: PublishReport, rows: int) -> Iterator[MaterializeResult]:
    shared = {"tables": len(report.tables), "dagster/row_count": rows, "version": report.version}
    yield MaterializeResult(
        PUBLISHED_KEY,
        metadata={
            **shared,
            "path": str(report.path),
            "bytes": report.size_bytes,
            "seconds": report.seconds,
        },
    )
    yield MaterializeResult(PARQUET_KEY, metadata={**shared, "path": str(report.version_folder)})
    if report.postgres:
        yield MaterializeResult(POSTGRES_KEY, metadata={**shared, "database": report.postgres})
