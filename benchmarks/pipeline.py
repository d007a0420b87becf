"""From landing files to published marts, against DuckDB's bare copy of the same clicks.

    python -m benchmarks.pipeline [--people 300000] [--days 365] [--folder DIR] [--memory-limit 6GB]
    python -m benchmarks.pipeline --plain-shop CLICKS [--folder DIR] [--memory-limit 6GB]
    python -m benchmarks.pipeline --one-more-day ...

The world is that of `roi sample`, rich in goals and codes; `--plain-shop` makes one of visits and orders
alone, one order a 250 clicks. `--one-more-day` builds everything but the last whole day of the world, then
lets that day's files land.

T is the time of `create table as select *` of the clicks' Parquet in a new file. What dbt takes for an empty
world is its fixed cost and is taken off. On a machine that others use, the ratio of CPU seconds is the one to
trust.
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

from orchestration.lib.settings import ROOT, Settings

KEY = "a key of the benchmark"


def settings_of(folder: Path, memory_limit: str) -> Settings:
    return Settings.from_env(
        {
            "ROI_LANDING": str(folder / "landing"),
            "ROI_REGISTRY": str(folder / "registry"),
            "ROI_DATA": str(folder / "data"),
            "ROI_HASH_KEY": KEY,
            "ROI_MEMORY_LIMIT": memory_limit,
        }
    )


def bare(folder: Path, memory_limit: str) -> None:
    """T: what no loader can beat."""
    file = folder / "bare.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file), config={"memory_limit": memory_limit}) as connection:
        clicks = folder / "landing" / "clicks" / "standard" / "*.parquet"
        connection.execute(f"create table clicks as select * from '{clicks}'")
    file.unlink()


def pipeline(folder: Path, memory_limit: str, models: int) -> None:
    """Load, build, publish; the seconds of each and of the slowest models go to standard error."""
    from orchestration.lib.dbt_runner import NodeEvent, run_dbt
    from orchestration.lib.ingestion import load_landing
    from orchestration.lib.publish import RunFacts, publish

    settings = settings_of(folder, memory_limit)
    nodes: list[NodeEvent] = []
    laps = [time.perf_counter()]
    with duckdb.connect(str(settings.warehouse), config={"memory_limit": memory_limit}) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
    laps.append(time.perf_counter())
    result = run_dbt(settings, ["build", "--exclude-resource-type", "unit_test"], nodes.append)
    if not result.success:
        raise SystemExit("; ".join([result.error or "", *(str(node.message) for node in result.failures)]))
    laps.append(time.perf_counter())
    publish(
        settings.warehouse,
        settings.published,
        RunFacts("benchmark", settings.variables(), ()),
        settings.publish_options,
    )
    laps.append(time.perf_counter())
    names = ("load", "dbt", "publish")
    parts = ", ".join(f"{name} {laps[i + 1] - laps[i]:.1f} s" for i, name in enumerate(names))
    print(
        f"  {parts}; of dbt, tests {sum(n.seconds for n in nodes if n.kind == 'test'):.1f} s", file=sys.stderr
    )
    for node in sorted(nodes, key=lambda node: -node.seconds)[:models]:
        print(
            f"  {node.seconds:8.1f} s  {node.rows or 0:>12,} rows  {node.kind} {node.name}", file=sys.stderr
        )


def split_last_day(world: Path, folder: Path) -> None:
    """`folder`: the world without its last whole day (UTC) in `landing`, and that day's files in `late`."""
    if (folder / "late").exists():
        return
    shutil.copytree(world / "registry", folder / "registry", dirs_exist_ok=True)
    with duckdb.connect() as connection:
        clicks = world / "landing" / "clicks" / "standard" / "*.parquet"
        ((last,),) = connection.execute(f"select max(event_at)::date from '{clicks}'").fetchall()
        day, next_day = f"'{last}'::timestamp - interval 1 day", f"'{last}'::timestamp"
        # What belongs to an order lands with it.
        orders = world / "landing" / "orders" / "standard" / "*.parquet"
        connection.execute(f"create table orders as select order_id, ordered_at from '{orders}'")
        for file in sorted((world / "landing").glob("*/standard/*.parquet")):
            dataset = file.parent.parent.name
            when = {
                "clicks": "event_at",
                "orders": "ordered_at",
                "order_lines": "(select max(o.ordered_at) from orders as o where o.order_id = f.order_id)",
                "refunds": "refunded_at",
                "contacts": "created_at",
            }[dataset]
            parts = (("landing", f"{when} < {day}"), ("late", f"{when} >= {day} and {when} < {next_day}"))
            for part, condition in parts:
                to = folder / part / dataset / "standard" / (part + "-" + file.name)
                to.parent.mkdir(parents=True, exist_ok=True)
                rows = f"select * from '{file}' as f where {condition}"
                connection.execute(f"copy ({rows}) to '{to}'")
                if connection.execute(f"select count(*) from '{to}'").fetchall() == [(0,)]:
                    to.unlink()


def one_more_day(world: Path, folder: Path, memory_limit: str, models: int) -> None:
    """Everything but the last day, then that day."""
    split_last_day(world, folder)
    for file in (folder / "landing").glob("*/standard/late-*"):
        file.unlink()
    shutil.rmtree(folder / "data", ignore_errors=True)
    full = measure("pipeline", folder, memory_limit, 0)
    show("everything before", full, None)
    for file in (folder / "late").glob("*/standard/*"):
        shutil.copy(file, folder / "landing" / file.relative_to(folder / "late"))
    show("one more day", measure("pipeline", folder, memory_limit, models), full)


def measure(what: str, folder: Path, memory_limit: str, models: int) -> tuple[float, float, float]:
    """(seconds, CPU seconds, peak MB) of a part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pipeline", "--one", what, "--folder", str(folder)]
    command += ["--memory-limit", memory_limit, "--models", str(models)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    seconds, cpu, peak = map(float, done.stdout.split()[-3:])
    return seconds, cpu, peak


def show(name: str, figures: tuple[float, float, float], base: tuple[float, float, float] | None) -> None:
    ratios = f"{figures[0] / base[0]:8.2f} x {figures[1] / base[1]:8.2f} x of CPU" if base else ""
    print(f"{name:<28}{figures[0]:9.1f} s{figures[1]:9.1f} s CPU{figures[2]:8.0f} MB {ratios}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it holds a world")
    parser.add_argument("--memory-limit", default="6GB")
    parser.add_argument("--models", type=int, default=20, help="how many of the slowest models to show")
    parser.add_argument("--plain-shop", type=int, metavar="CLICKS", help="a plainer world of this size")
    parser.add_argument("--one-more-day", action="store_true", help="measure a run that brings one day")
    parser.add_argument("--one", choices=("bare", "pipeline"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        if options.one == "bare":
            bare(options.folder, options.memory_limit)
        else:
            pipeline(options.folder, options.memory_limit, options.models)
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(seconds, cpu, after.ru_maxrss / 1024)
        return
    from benchmarks.worlds import write_plain_shop
    from orchestration.lib.sample import write_sample

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "landing").exists() and options.plain_shop:
            write_plain_shop(folder, options.plain_shop)
        elif not (folder / "landing").exists():
            write_sample(folder, options.people, options.days, options.seed, file_format="parquet")
        shutil.rmtree(folder / "data", ignore_errors=True)
        with duckdb.connect() as connection:
            files = folder / "landing" / "clicks" / "standard" / "*.parquet"
            ((clicks,),) = connection.execute(f"select count(*) from '{files}'").fetchall()
        print(f"{clicks:,} clicks")
        empty = folder / "empty"
        if not empty.exists():
            write_sample(empty, 50, 14, 1, file_format="parquet")
        shutil.rmtree(empty / "data", ignore_errors=True)
        fixed = measure("pipeline", empty, options.memory_limit, 0)
        show("fixed cost (50 people)", fixed, None)
        if options.one_more_day:
            one_more_day(folder, folder / "one_more_day", options.memory_limit, options.models)
            return
        base = measure("bare", folder, options.memory_limit, 0)
        show("T: bare copy of the clicks", base, None)
        full = measure("pipeline", folder, options.memory_limit, options.models)
        show("everything", full, base)
        show("less the fixed cost", (full[0] - fixed[0], full[1] - fixed[1], full[2]), base)
        again = measure("pipeline", folder, options.memory_limit, 0)
        show("again, nothing new", again, base)


if __name__ == "__main__":
    main()
