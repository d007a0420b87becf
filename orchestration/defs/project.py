"""The table of contents: every asset, check, job, schedule and sensor of the project."""

from __future__ import annotations

from collections.abc import Callable

from dagster import AssetKey, Definitions

from orchestration.defs.dbt.assets import build_dbt_assets
from orchestration.defs.dbt.results import MART_SCHEMA
from orchestration.defs.dbt.translator import REGISTRY_KEY
from orchestration.defs.engine import ENGINE, Engine, Target
from orchestration.defs.ingestion.raw import build_raw_assets
from orchestration.defs.ingestion.registry import build_registry_asset
from orchestration.defs.jobs import build_schedule, build_sensor, roi_job
from orchestration.defs.links.checks import build_links_job, build_links_schedule
from orchestration.defs.publish.assets import build_publish_asset
from orchestration.lib.dbt_process import DbtProcess
from orchestration.lib.manifest import prepare_manifest
from orchestration.lib.progress import Progress, Silence
from orchestration.lib.settings import Settings


def build_definitions(
    settings: Settings,
    progress: Progress | None = None,
    start_dbt: Callable[[Settings], DbtProcess] | None = None,
) -> Definitions:
    """Everything for one set of settings; a run may choose another target.

    Args:
        settings: where everything is.
        progress: told what a run does; nobody unless given.
        start_dbt: gives the process that runs dbt for a run's settings; a new one unless given.
    """
    progress = progress or Silence()
    registry = build_registry_asset(settings)
    raw = build_raw_assets(settings, REGISTRY_KEY, progress)
    manifest = prepare_manifest(settings)
    dbt = build_dbt_assets(settings, manifest, progress, start_dbt or DbtProcess)
    links = build_links_job(settings)
    marts: list[AssetKey] = [key for key in dbt.keys if key.path[0] == MART_SCHEMA]
    return Definitions(
        assets=[registry, raw, dbt, build_publish_asset(settings, sorted(marts), progress)],
        jobs=[roi_job, links],
        schedules=[build_schedule(settings), build_links_schedule(links)],
        sensors=[build_sensor(settings)],
        resources={ENGINE: Engine(target=Target(settings.target))},
    )
