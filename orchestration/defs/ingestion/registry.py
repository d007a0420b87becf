"""The registry's files as an asset: checked before anything is loaded."""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)

from orchestration.defs.dbt.translator import REGISTRY_KEY
from orchestration.defs.links.checks import links_check_spec, links_result
from orchestration.lib import run_lock
from orchestration.lib.registry import Severity, check_registry, read_registry
from orchestration.lib.run_lock import RunInProgressError
from orchestration.lib.settings import Settings

CHECK = "registry_is_consistent"


def build_registry_asset(settings: Settings) -> AssetsDefinition:
    """The first step of a run: it takes the data folder for itself and stops at a wrong registry."""

    @multi_asset(
        name="registry",
        specs=[
            AssetSpec(
                REGISTRY_KEY,
                group_name="registry",
                kinds={"csv"},
                description="The registry's CSV files: influencers, campaigns, links, codes and costs.",
            )
        ],
        check_specs=[
            AssetCheckSpec(
                CHECK,
                asset=REGISTRY_KEY,
                blocking=True,
                description="Files complete, references exist, one owner for each link and code.",
            ),
            links_check_spec(),
        ],
    )
    def registry(context: AssetExecutionContext) -> Iterator[MaterializeResult | AssetCheckResult]:
        try:
            run_lock.take(settings.data)
        except RunInProgressError as error:
            raise Failure(description=str(error), allow_retries=False) from error
        findings = check_registry(
            settings.registry, reporting_currency=str(settings.variables()["reporting_currency"])
        )
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        for finding in findings:
            context.log.log("ERROR" if finding in errors else "WARNING", str(finding))
        tables, _ = read_registry(settings.registry)
        yield MaterializeResult(
            asset_key=REGISTRY_KEY,
            metadata={
                "folder": MetadataValue.path(str(settings.registry)),
                "dagster/row_count": sum(len(sheet.rows) for sheet in tables.sheets.values()),
                **{name: len(sheet.rows) for name, sheet in tables.sheets.items()},
            },
        )
        yield links_result(settings, tables)
        yield AssetCheckResult(
            asset_key=REGISTRY_KEY,
            check_name=CHECK,
            passed=not findings,
            severity=AssetCheckSeverity.ERROR if errors else AssetCheckSeverity.WARN,
            description=f"{len(errors)} errors, {len(findings) - len(errors)} warnings.",
            metadata={"findings": MetadataValue.text("\n".join(map(str, findings[:100])))},
        )

    return registry
