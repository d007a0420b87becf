"""A build on a Spark cluster of this machine: time, shuffled bytes and skew of each model.

    python -m benchmarks.spark --folder DIR [--people 21500] [--days 365] [--workers 2] [--select MODELS]
    python -m benchmarks.spark --folder DIR --plain 1000000 [--workers 2]

`--plain` builds the shop of plain visits of `benchmarks.worlds`, of that many clicks.
The folder keeps the world, so that another number of workers builds the same one. The figures are those of
Spark's REST API. Shuffled bytes are what stages wrote for others to read; skew is the longest task's time
over the median task's, of the stage of several tasks that worked longest. On a machine that others use, CPU
seconds are the ones to trust.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import time
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.worlds import write_plain_shop
from orchestration.lib.dbt_runner import NodeEvent, run_dbt
from orchestration.lib.ingestion import load_landing
from orchestration.lib.manifest import prepare_manifest, read_manifest
from orchestration.lib.sample import write_sample
from orchestration.lib.settings import Settings
from orchestration.lib.spark import cluster
from orchestration.lib.spark.fetch import fetch
from orchestration.lib.spark.place import DEFAULT_BUCKETS, SparkPlace
from orchestration.lib.spark.prepare import prepare

BUILD = ("build", "--exclude-resource-type", "test", "unit_test")
# All of it is asked for at the end.
KEPT = {
    f"spark.{what}": "1000000"
    for what in ("ui.retainedJobs", "ui.retainedStages", "sql.ui.retainedExecutions")
}


@dataclass
class Work:
    """What the cluster did for a model."""

    stages: dict[int, dict[str, Any]] = field(default_factory=dict)
    queries: int = 0

    def total(self, measure: str) -> float:
        """A measure of all its stages together."""
        return float(sum(stage[measure] for stage in self.stages.values()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--people", type=int, default=21_500)
    parser.add_argument("--plain", type=int, help="clicks of a plain shop, in place of a sample's people")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--buckets", type=int, default=DEFAULT_BUCKETS, help="ROI_SPARK_BUCKETS")
    parser.add_argument("--port", type=int, default=22_000)
    parser.add_argument("--select", nargs="*", default=[], help="what to build, in dbt's words; default: all")
    parser.add_argument("--models", type=int, default=20, help="how many models to show, by time of tasks")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if not (folder / "landing").exists() and options.plain:
        folder.mkdir(parents=True, exist_ok=True)
        write_plain_shop(folder, options.plain)
    elif not (folder / "landing").exists():
        write_sample(folder, options.people, options.days, options.seed, file_format="parquet")
    data = folder / f"data_{options.workers}"
    shutil.rmtree(data, ignore_errors=True)
    settings = Settings.from_env(
        {
            "ROI_LANDING": str(folder / "landing"),
            "ROI_REGISTRY": str(folder / "registry"),
            "ROI_DATA": str(data),
            "ROI_HASH_KEY": "a key of the benchmark",
            "ROI_TARGET": "spark",
            "ROI_SPARK_PORT": str(options.port),
            "ROI_SPARK_BUCKETS": str(options.buckets),
        }
    )
    assert settings.spark
    select = ["--select", *options.select] if options.select else []
    cluster.up(settings.spark, options.workers, KEPT)
    try:
        measure(settings, settings.spark, [*BUILD, *select], options.models)
    finally:
        cluster.down(settings.spark)


def measure(settings: Settings, place: SparkPlace, command: list[str], shown: int) -> None:
    """Loads, builds, takes the marts back, and prints what that took."""
    nodes: list[NodeEvent] = []
    laps = [time.perf_counter()]
    with duckdb.connect(str(settings.warehouse)) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
        laps.append(time.perf_counter())
        manifest = prepare(settings, connection)
    laps.append(time.perf_counter())
    result = run_dbt(settings, command, nodes.append)
    laps.append(time.perf_counter())
    if not result.success:
        raise SystemExit("; ".join([result.error or "", *(node.message for node in result.failures)]))
    if "--select" not in command:
        with duckdb.connect(str(settings.warehouse)) as connection:
            fetch(place, connection, read_manifest(prepare_manifest(settings)))
    laps.append(time.perf_counter())
    steps = ", ".join(
        f"{name} {laps[i + 1] - laps[i]:.0f} s"
        for i, name in enumerate(("load", "hand over", "build", "take back"))
    )
    works = work_of_models(place)
    everything = Work({number: stage for work in works.values() for number, stage in work.stages.items()})
    print(f"{manifest.clicks:,} clicks; {steps}; load average {os.getloadavg()[1]:.1f}")
    print(
        f"tasks {everything.total('executorRunTime') / 1e3:.0f} s, of CPU "
        f"{everything.total('executorCpuTime') / 1e9:.0f} s; "
        f"shuffled {everything.total('shuffleWriteBytes') / 1e6:.0f} MB, "
        f"spilled {everything.total('diskBytesSpilled') / 1e6:.0f} MB; {len(everything.stages)} stages; "
        f"{len(nodes)} nodes, which took {sum(node.seconds for node in nodes):.0f} s, some at a time"
    )
    for name, folder in (("raw clicks", place.raw / "clicks"), ("tables", place.warehouse)):
        sizes = [file.stat().st_size for file in folder.rglob("*.parquet")]
        print(f"{name}: {len(sizes):,} files, {sum(sizes) / 1e6:.0f} MB")
    print(f"{settings.warehouse.name}: {settings.warehouse.stat().st_size / 1e6:.0f} MB")
    columns = ("model", "s", "tasks, s", "of CPU, s", "shuffled, MB", "spilled, MB", "queries", "skew")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for node in sorted(nodes, key=lambda node: -works[node.unique_id].total("executorRunTime"))[:shown]:
        work = works[node.unique_id]
        print(
            f"| `{node.name}` | {node.seconds:.1f} | {work.total('executorRunTime') / 1e3:.1f} "
            f"| {work.total('executorCpuTime') / 1e9:.1f} "
            f"| {work.total('shuffleWriteBytes') / 1e6:.1f} | {work.total('diskBytesSpilled') / 1e6:.1f} "
            f"| {work.queries} | {skew(place, work)} |"
        )


def work_of_models(place: SparkPlace) -> dict[str, Work]:
    """The stages of each dbt node, by its id."""
    stages: dict[int, dict[str, Any]] = {
        stage["stageId"]: stage for stage in ask(place, "/stages?status=complete")
    }
    stages_of_job = {job["jobId"]: job["stageIds"] for job in ask(place, "/jobs")}
    works: dict[str, Work] = defaultdict(Work)
    for query in ask(place, "/sql?details=false&planDescription=false&length=1000000"):
        named = re.search(r'"node_id": "([^"]+)"', query["description"])
        if named is None:
            continue
        works[named[1]].queries += 1
        for job in query["successJobIds"]:
            for stage in stages_of_job.get(job, []):
                # A stage that a later job finds done is in the list of its stages, too.
                if stage in stages:
                    works[named[1]].stages[stage] = stages.pop(stage)
    return works


def skew(place: SparkPlace, work: Work) -> str:
    """Longest over median task, of the stage of several tasks that worked longest."""
    several = [stage for stage in work.stages.values() if stage["numTasks"] > 1]
    if not several:
        return "one task a stage"
    stage = max(several, key=lambda stage: stage["executorRunTime"])
    summary = ask(place, f"/stages/{stage['stageId']}/{stage['attemptId']}/taskSummary?quantiles=0.5,1.0")
    median, longest = summary["executorRunTime"]
    return f"{longest / max(median, 1):.1f} of {stage['numTasks']} tasks, longest {longest / 1000:.1f} s"


def ask(place: SparkPlace, what: str) -> Any:
    """An answer of the application's REST API."""
    base = f"http://{place.host}:{place.application_page_port}/api/v1/applications"
    with urllib.request.urlopen(base) as answer:
        (application,) = json.load(answer)
    with urllib.request.urlopen(f"{base}/{application['id']}{what}") as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
