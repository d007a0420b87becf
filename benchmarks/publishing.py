"""Publishing alone: from nothing, after one more day, and with nothing new, beside DuckDB's bare copy.

    python -m benchmarks.publishing [--plain-shop 5000000] [--folder DIR] [--memory-limit 6GB] [--rounds 2]

The world is the plain shop of `benchmarks.pipeline`. It is loaded and built without its last whole day, then
with it; both warehouses are kept in the folder, and what is there is used again. Each figure is that of a
process of its own; T, the bare copy of the clicks, is measured in each round, because other programs of the
machine change it.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.pipeline import bare, settings_of, show, split_last_day
from benchmarks.worlds import write_plain_shop
from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.ingestion import load_landing
from orchestration.lib.publish import PublishOptions, RunFacts, publish
from orchestration.lib.settings import ROOT

BEFORE, AFTER = "before.duckdb", "after.duckdb"


def build(folder: Path, memory_limit: str) -> None:
    """Loads what has landed and builds the models."""
    settings = settings_of(folder, memory_limit)
    with duckdb.connect(str(settings.warehouse), config={"memory_limit": memory_limit}) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
    result = run_dbt(settings, ["build", "--exclude-resource-type", "test", "unit_test"])
    if not result.success:
        raise SystemExit("; ".join([result.error or "", *(str(node.message) for node in result.failures)]))


def write_warehouses(folder: Path, clicks: int, memory_limit: str) -> None:
    """The warehouses before and after the last day."""
    if not (folder / "landing").exists():
        write_plain_shop(folder, clicks)
    if (folder / AFTER).exists():
        return
    day = folder / "one_more_day"
    split_last_day(folder, day)
    for file in (day / "landing").glob("*/standard/late-*"):
        file.unlink()
    shutil.rmtree(day / "data", ignore_errors=True)
    warehouse = settings_of(day, memory_limit).warehouse
    build(day, memory_limit)
    shutil.copyfile(warehouse, folder / BEFORE)
    for file in (day / "late").glob("*/standard/*"):
        shutil.copy(file, day / "landing" / file.relative_to(day / "late"))
    build(day, memory_limit)
    warehouse.rename(folder / AFTER)


def measure(folder: Path, what: str, memory_limit: str) -> tuple[float, float, float]:
    """(seconds, CPU seconds, peak MB) of the bare copy, or of publishing a warehouse, in its own process."""
    command = [sys.executable, "-m", "benchmarks.publishing", "--one", what, "--folder", str(folder)]
    command += ["--memory-limit", memory_limit]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    seconds, cpu, peak = map(float, done.stdout.split()[-3:])
    return seconds, cpu, peak


def run_one(folder: Path, what: str, memory_limit: str) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    if what == "bare":
        bare(folder, memory_limit)
    else:
        target = folder / "published_here" / "roi.duckdb"
        target.parent.mkdir(exist_ok=True)
        options = PublishOptions(memory_limit=memory_limit)
        publish(folder / what, target, RunFacts("benchmark", {}), options)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(seconds, cpu, after.ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plain-shop", type=int, default=5_000_000, metavar="CLICKS")
    parser.add_argument("--folder", type=Path, help="kept, and used again if it holds a world")
    parser.add_argument("--memory-limit", default="6GB")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--one", choices=("bare", BEFORE, AFTER), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.folder, options.one, options.memory_limit)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        write_warehouses(folder, options.plain_shop, options.memory_limit)
        for _ in range(options.rounds):
            shutil.rmtree(folder / "published_here", ignore_errors=True)
            base = measure(folder, "bare", options.memory_limit)
            show("T: bare copy of the clicks", base, None)
            for name, what in (("from nothing", BEFORE), ("one more day", AFTER), ("nothing new", AFTER)):
                show(f"publish, {name}", measure(folder, what, options.memory_limit), base)
        shutil.rmtree(folder / "published_here", ignore_errors=True)


if __name__ == "__main__":
    main()
