"""The dbt project as Dagster assets, built by one dbt command in this process."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetsDefinition, Config, Failure, MetadataValue
from dagster_dbt import dbt_assets
from pydantic import Field

from orchestration.defs.dbt.results import UNIQUE_ID, Results
from orchestration.defs.dbt.selection import build_command
from orchestration.defs.dbt.translator import RoiTranslator
from orchestration.defs.engine import Engine
from orchestration.lib import last_build
from orchestration.lib.dbt_process import DbtProcess
from orchestration.lib.dbt_runner import DbtResult, NodeEvent
from orchestration.lib.manifest import count_nodes, read_manifest
from orchestration.lib.progress import Progress
from orchestration.lib.publish.results import TestResult, read_tests
from orchestration.lib.settings import Settings
from orchestration.lib.spark.connection import answers

DBT_OP = "dbt_build"
TEST_KINDS = frozenset({"test", "unit_test"})


class DbtConfig(Config):
    """What a run may ask of dbt."""

    full_refresh: bool = Field(
        default=False, description="Build everything from scratch, also where nothing has changed."
    )


def build_dbt_assets(
    settings: Settings, manifest_file: Path, progress: Progress, start_dbt: Callable[[Settings], DbtProcess]
) -> AssetsDefinition:
    """All models, seeds and tests as assets and checks, one step for all of them.

    Where nothing has changed since the last complete build, that one stands: dbt is not asked.

    Args:
        settings: where everything is.
        manifest_file: dbt's manifest.
        progress: told what each node did.
        start_dbt: gives the process that runs dbt for a run's settings, one that is ready or a new one.
    """
    manifest = read_manifest(manifest_file)

    @dbt_assets(manifest=manifest, dagster_dbt_translator=RoiTranslator(), name=DBT_OP)
    def dbt_build(context: AssetExecutionContext, config: DbtConfig, engine: Engine) -> Iterator[Any]:
        chosen = engine.reach(settings)
        command = build_command(manifest, _asked_for(context), config.full_refresh)
        results = Results(context.assets_def)
        _announce(manifest, progress, context.is_subset)
        is_complete = not context.is_subset
        built_at = last_build.stands(chosen) if is_complete and not config.full_refresh else None
        if built_at is not None:
            tests = read_tests(chosen.dbt_target_dir)
            _conclude_unbuilt(tests, built_at, progress)
            yield from results.unchanged(built_at, tests)
            return
        last_build.forget(chosen)
        with start_dbt(chosen) as process:
            for event in process.run(command):
                _tell(progress, context, event)
                yield from results.of(event)
        _conclude(process.result, progress, chosen)
        if is_complete:
            last_build.remember(chosen)

    return dbt_build


def _asked_for(context: AssetExecutionContext) -> list[str] | None:
    """The dbt ids of a partial run, None when everything was asked for."""
    if not context.is_subset:
        return None
    keys = context.selected_asset_keys
    checks = context.selected_asset_check_keys
    assets = [spec.metadata[UNIQUE_ID] for spec in context.assets_def.specs if spec.key in keys]
    tests = [
        spec.metadata[UNIQUE_ID]
        for spec in context.assets_def.check_specs
        if spec.key in checks and spec.metadata and UNIQUE_ID in spec.metadata
    ]
    return [*assets, *tests]


def _announce(manifest: Mapping[str, Any], progress: Progress, is_subset: bool) -> None:
    """Begins the phases; their lengths are known when everything runs."""
    counts = count_nodes(manifest)
    tests = sum(number for kind, number in counts.items() if kind in TEST_KINDS)
    progress.start("models", None if is_subset else sum(counts.values()) - tests)
    progress.start("tests", None if is_subset else tests)


def _tell(progress: Progress, context: AssetExecutionContext, event: NodeEvent) -> None:
    progress.step("tests" if event.kind in TEST_KINDS else "models", event.name)
    if event.failed:
        context.log.error(f"{event.kind} {event.name}: {event.message}")
    elif event.status == "warn":
        context.log.warning(f"{event.kind} {event.name}: {event.message}")


def _conclude_unbuilt(tests: Sequence[TestResult], built_at: datetime, progress: Progress) -> None:
    """Says why nothing was built, and what the tests said when it was."""
    passed = sum(test.status == "pass" for test in tests)
    progress.finish(
        "models",
        f"nothing has changed since {built_at:%Y-%m-%d %H:%M} UTC, so all models stand "
        "(`--full-refresh` builds them anyway)",
    )
    progress.finish("tests", f"{passed} of {len(tests)} tests passed then")
    for test in tests:
        if test.status != "pass":
            progress.problem(f"Warning: {test.kind} {test.name}: {test.failures} results, as before")


def _conclude(result: DbtResult, progress: Progress, settings: Settings) -> None:
    """Says how it went.

    Raises:
        Failure: a model or a test of severity error failed, or dbt itself did; nothing is published then.
    """
    built = Counter(node.kind for node in result.nodes if node.status in {"success", "no-op"})
    tests = [node for node in result.nodes if node.kind in TEST_KINDS]
    passed = sum(1 for node in tests if node.status == "pass")
    seconds = sum(node.seconds for node in result.nodes if node.kind not in TEST_KINDS)
    progress.finish(
        "models", f"{built['model']} models and {built['seed']} seeds built, {seconds:.1f} s of work"
    )
    progress.finish("tests", f"{passed} of {len(tests)} tests passed")
    for node in result.warnings:
        progress.problem(f"Warning: {node.kind} {node.name}: {node.message}")
    spark = settings.spark
    if not result.success and spark and not answers(spark):
        # What each node says of it is the same, and hides the reason.
        raise Failure(
            description=f"{spark.name} stopped answering during the build: "
            "start it and run again. Nothing is published.",
            allow_retries=False,
        )
    for node in result.failures:
        progress.problem(f"Failed: {node.kind} {node.name}: {node.message}")
    if result.success:
        return
    failed = ", ".join(node.name for node in result.failures)
    raise Failure(
        description=f"dbt failed: {failed or result.error or 'no reason given'}. Nothing is published.",
        metadata={"failures": MetadataValue.json({node.name: node.message for node in result.failures})},
        allow_retries=False,
    )
