"""Starts the Dagster job in this process, and Dagster and dbt in place of it, as the command line asks."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from orchestration.lib import run_lock
from orchestration.lib.dbt_process import DbtProcess
from orchestration.lib.dbt_runner import code_hash
from orchestration.lib.manifest import prepare_manifest
from orchestration.lib.progress import Progress
from orchestration.lib.settings import DBT_PROJECT, Settings
from orchestration.lib.spark import connection as spark_connection

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

DAGSTER_CONFIG: dict[str, Any] = {
    "telemetry": {"enabled": False},
    # One run writes the warehouse; another one waits in the queue instead of failing at DuckDB's lock.
    "concurrency": {"runs": {"max_concurrent_runs": 1}},
}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: its id in Dagster, and why it failed (None when it did not)."""

    run_id: str
    error: str | None

    @property
    def success(self) -> bool:
        """True when everything was built, tested and published."""
        return self.error is None


def prepare_dagster_home(settings: Settings) -> Path:
    """Creates the orchestrator's folder below `ROI_DATA`, telemetry off, and names it in the environment."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        config.write_text(yaml.safe_dump(DAGSTER_CONFIG), encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def run_job(settings: Settings, progress: Progress, full_refresh: bool = False) -> RunOutcome:
    """Runs the job `roi`: load, build, test, publish; the run is in Dagster's history like any other.

    Args:
        settings: where everything is.
        progress: told what happens.
        full_refresh: build incremental models from scratch.

    Raises:
        RunInProgressError: another process runs in the same data folder.
        ManifestError: dbt cannot read its project.
        SparkError: the target is Spark, and there is none.
    """
    if settings.spark:
        spark_connection.require(settings.spark)
    with run_lock.held(settings.data):
        prepare_manifest(settings)
        # dbt gets ready in its process while Dagster gets ready in this one.
        with DbtProcess(settings) as dbt:
            return _execute(settings, progress, full_refresh, dbt)


def _execute(settings: Settings, progress: Progress, full_refresh: bool, dbt: DbtProcess) -> RunOutcome:
    prepare_dagster_home(settings)
    # Importing Dagster takes seconds; only a run should wait for it.
    from dagster import DagsterInstance

    from orchestration.defs.dbt.assets import DBT_OP
    from orchestration.defs.jobs import JOB_NAME
    from orchestration.defs.project import build_definitions

    _quiet()
    definitions = build_definitions(settings, progress, start_dbt=lambda _: dbt)
    config: Mapping[str, Any] = {
        "ops": {DBT_OP: {"config": {"full_refresh": full_refresh}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    with DagsterInstance.get() as instance:
        result = definitions.resolve_job_def(JOB_NAME).execute_in_process(
            run_config=config, instance=instance, raise_on_error=False
        )
    return RunOutcome(result.run_id, failure_of(result))


def failure_of(result: ExecuteInProcessResult) -> str | None:
    """Why a run of the job did not publish, in the words of whoever raised; None when it did.

    A skipped step is no failure to Dagster. To somebody who waits for new numbers it is.
    """
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return f"{event.step_key}: {data.user_failure_data.description.strip()}"
            cause = data.error
            while cause is not None and cause.cause is not None:
                cause = cause.cause
            return f"{event.step_key}: {cause.message.strip() if cause else 'no reason given'}"
    if not result.success:
        return "the run failed before its first step"
    skipped = [str(event.step_key) for event in result.all_events if event.is_step_skipped]
    if skipped:
        return f"{', '.join(skipped)} was skipped, because something before it was not built"
    return None


def _quiet() -> None:
    """Leaves the terminal to the progress; Dagster's own notes are in its log."""
    warnings.filterwarnings("ignore", module="dagster.*")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


def start_dagster(settings: Settings, port: int) -> NoReturn:
    """Replaces this process by Dagster's pages and daemon."""
    prepare_dagster_home(settings)
    os.environ.update(settings.environment())
    os.chdir(settings.root)
    arguments = ["-m", "dagster", "dev", "-m", "orchestration.definitions", "--port", str(port)]
    os.execv(sys.executable, [sys.executable, *arguments])


def start_dbt(settings: Settings, arguments: Sequence[str]) -> NoReturn:
    """Replaces this process by dbt, with the project, its profile and the variables of these settings."""
    os.environ.update(
        settings.environment()
        | {
            "DBT_PROJECT_DIR": str(DBT_PROJECT),
            "DBT_PROFILES_DIR": str(settings.root),
            "DBT_TARGET": settings.target,
            "DBT_TARGET_PATH": str(settings.dbt_target_dir),
            "DBT_LOG_PATH": str(settings.dbt_log_dir),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_VERSION_CHECK": "false",
            "ROI_CODE_HASH": code_hash(),
        }
    )
    variables = ["--vars", json.dumps(settings.vars)] if settings.vars and "--vars" not in arguments else []
    hook = (
        "from orchestration.lib.spark import dbt_adapter; dbt_adapter.register(); " if settings.spark else ""
    )
    program = f"import sys; {hook}from dbt.cli.main import cli; sys.argv[0] = 'dbt'; cli()"
    os.execv(sys.executable, [sys.executable, "-c", program, *arguments, *variables])
