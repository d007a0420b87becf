"""One run of the Dagster job in this process, as the command line starts it."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.lib import run_lock
from orchestration.lib.progress import Progress
from orchestration.lib.settings import Settings

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
    """
    prepare_dagster_home(settings)
    with run_lock.held(settings.data):
        # Importing Dagster and dbt takes seconds; only a run should wait for it.
        from dagster import DagsterInstance

        from orchestration.defs.dbt.assets import DBT_OP
        from orchestration.defs.jobs import JOB_NAME
        from orchestration.defs.project import build_definitions

        _quiet()
        definitions = build_definitions(settings, progress)
        config: Mapping[str, Any] = {
            "ops": {DBT_OP: {"config": {"full_refresh": full_refresh}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        }
        with DagsterInstance.get() as instance:
            result = definitions.get_job_def(JOB_NAME).execute_in_process(
                run_config=config, instance=instance, raise_on_error=False
            )
        return RunOutcome(result.run_id, None if result.success else _first_failure(result))


def _first_failure(result: Any) -> str:
    """The step that failed and why, in the words of whoever raised."""
    for event in result.get_failed_step_keys() and result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            cause = error
            while cause is not None and cause.cause is not None:
                cause = cause.cause
            described = event.step_failure_data.user_failure_data
            text = described.description if described and described.description else cause.message
            return f"{event.step_key}: {text.strip()}"
    return "the run failed before its first step"


def _quiet() -> None:
    """Leaves the terminal to the progress; Dagster's own notes are in its log."""
    warnings.filterwarnings("ignore", module="dagster.*")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
