"""The published database as a Dagster asset."""

from collections.abc import Sequence

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, Failure, MaterializeResult, asset

from orchestration.lib.progress import Progress
from orchestration.lib.publish import PublishError, publish
from orchestration.lib.settings import Settings

PUBLISHED_KEY = AssetKey(["published", "roi"])


def build_publish_asset(settings: Settings, deps: Sequence[AssetKey], progress: Progress) -> AssetsDefinition:
    """`roi.duckdb`, made of all marts: it is built only when every mart was built and every test passed."""

    @asset(
        key=PUBLISHED_KEY,
        deps=list(deps),
        group_name="publish",
        kinds={"duckdb"},
        description="The file that BI tools open: all marts, verified, replaced as a whole.",
    )
    def published_roi(context: AssetExecutionContext) -> MaterializeResult:
        progress.start("publish", None)
        try:
            report = publish(settings.warehouse, settings.published, context.run_id)
        except PublishError as error:
            progress.problem(str(error))
            raise Failure(description=str(error), allow_retries=False) from error
        rows = sum(table.rows for table in report.tables)
        progress.finish("publish", f"{len(report.tables)} tables, {rows:,} rows, {report.seconds:.1f} s")
        return MaterializeResult(
            metadata={
                "path": str(report.path),
                "tables": len(report.tables),
                "dagster/row_count": rows,
                "bytes": report.size_bytes,
                "seconds": report.seconds,
            }
        )

    return published_roi
