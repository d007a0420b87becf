"""Where the tracking links lead: a check of what was found last, and a job that follows them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    DefaultScheduleStatus,
    JobDefinition,
    MetadataValue,
    OpExecutionContext,
    Output,
    ScheduleDefinition,
    in_process_executor,
    job,
    op,
)

from orchestration.defs.dbt.translator import REGISTRY_KEY
from orchestration.lib.links.checker.agents import choose_agents
from orchestration.lib.links.checker.check import check_links
from orchestration.lib.links.checker.health import LinkHealth, link_health
from orchestration.lib.links.checker.history import read_latest, save
from orchestration.lib.links.model import read_links
from orchestration.lib.registry import Registry, read_registry
from orchestration.lib.registry.conventions import load_conventions
from orchestration.lib.settings import Settings

LINKS_CHECK = "links_lead_where_they_should"
LINKS_JOB = "links"
SHOWN_MESSAGES = 100


def links_check_spec() -> AssetCheckSpec:
    """The check belongs to the registry's files; a run asks nobody for it and never stops at it."""
    return AssetCheckSpec(
        LINKS_CHECK,
        asset=REGISTRY_KEY,
        description="What `roi links check` or the job `links` found last: broken ways, lost UTM values.",
    )


def links_result(settings: Settings, registry: Registry) -> AssetCheckResult:
    """The outcome by the newest checks; passed before the first one, which it says."""
    health = link_health(read_links(registry)[0], read_latest(settings.data), _now())
    return AssetCheckResult(
        asset_key=REGISTRY_KEY,
        check_name=LINKS_CHECK,
        passed=health.is_well,
        severity=AssetCheckSeverity.WARN,
        description=str(health),
        metadata=_metadata(health),
    )


def build_links_job(settings: Settings) -> JobDefinition:
    """A job of its own, for it asks others' servers: every valid link, as each default browser."""

    @op(
        name="check_links",
        description="Follows the links and adds what was found to the table of link checks.",
    )
    def follow(context: OpExecutionContext) -> Iterator[AssetCheckEvaluation | Output[int]]:
        registry, _ = read_registry(settings.registry)
        short_url = load_conventions(settings.registry).short_url
        links = [link for link in read_links(registry)[0] if _now() < link.ends]
        checks = check_links(links, choose_agents(), short_url)
        save(settings.data, checks)
        health = link_health(links, read_latest(settings.data), _now())
        for message in health.messages:
            context.log.warning(message)
        yield AssetCheckEvaluation(
            asset_key=REGISTRY_KEY,
            check_name=LINKS_CHECK,
            passed=health.is_well,
            severity=AssetCheckSeverity.WARN,
            description=str(health),
            metadata=_metadata(health),
        )
        yield Output(len(checks))

    @job(
        name=LINKS_JOB,
        executor_def=in_process_executor,
        description="Follows every tracking link as browsers do and remembers where it led.",
    )
    def links() -> None:
        follow()

    return links


def build_links_schedule(links: JobDefinition) -> ScheduleDefinition:
    """Every night, off until it is switched on."""
    return ScheduleDefinition(
        name="nightly_link_check",
        job=links,
        cron_schedule="30 3 * * *",
        execution_timezone="UTC",
        default_status=DefaultScheduleStatus.STOPPED,
        description="Every day at 03:30 UTC. Off until it is switched on.",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _metadata(health: LinkHealth) -> dict[str, MetadataValue]:
    return {
        "links": MetadataValue.int(health.links),
        "errors": MetadataValue.int(len(health.errors)),
        "warnings": MetadataValue.int(len(health.warnings)),
        "unchecked": MetadataValue.int(len(health.unchecked)),
        "problems": MetadataValue.text("\n".join(health.messages[:SHOWN_MESSAGES])),
    }
