"""The one job, its schedule, and the sensor that starts it when files have landed."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from dagster import (
    AssetSelection,
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    define_asset_job,
    in_process_executor,
    sensor,
)

from orchestration.lib import run_lock
from orchestration.lib.ingestion.readiness import look
from orchestration.lib.landing_watch import new_files
from orchestration.lib.settings import Settings

JOB_NAME = "roi"
UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]

# One process for all steps: DuckDB lets one process write, and starting another costs seconds a step.
roi_job = define_asset_job(
    JOB_NAME,
    selection=AssetSelection.all(),
    executor_def=in_process_executor,
    description="From landing files to the published database.",
)


def build_schedule(settings: Settings) -> ScheduleDefinition:
    """Every day at five in the reporting time zone, when the last day's exports are there."""
    zone = str(settings.variables().get("reporting_timezone") or "UTC")
    return ScheduleDefinition(
        name="daily",
        job=roi_job,
        cron_schedule="0 5 * * *",
        execution_timezone=str(ZoneInfo(zone)),
        default_status=DefaultScheduleStatus.STOPPED,
        description="Every day at 05:00 in the reporting time zone. Off until it is switched on.",
    )


def build_sensor(settings: Settings) -> SensorDefinition:
    """Starts the job when complete files with new content lie in the landing folder."""

    @sensor(
        name="new_landing_files",
        job=roi_job,
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.STOPPED,
        description="Starts a run when files have landed and no longer grow. Off until it is switched on.",
    )
    def new_landing_files(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        if context.instance.get_runs(RunsFilter(job_name=JOB_NAME, statuses=UNFINISHED), limit=1):
            yield SkipReason("A run is in progress; what has landed meanwhile waits for it.")
            return
        if run_lock.is_taken(settings.data):
            yield SkipReason("A run that was started elsewhere is in progress.")
            return
        seen = look(settings.landing, context.cursor)
        context.update_cursor(seen.cursor)
        new = new_files(settings, seen.complete)
        if new:
            # The key names all complete files: the same ones never start a second run.
            yield RunRequest(run_key=seen.key, tags={"files": str(len(new))})
        elif seen.growing:
            yield SkipReason(f"{len(seen.growing)} files have changed since the last look; waiting.")
        else:
            yield SkipReason("Nothing new has landed.")

    return new_landing_files
