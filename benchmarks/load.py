"""Loading into `raw` against a bare `create table as select` with the same reader on the same file.

    python -m benchmarks.load [--rows 10000000] [--folder DIR] [--repeat 1] [--kinds parquet csv.gz]
    python -m benchmarks.load --rows 52000000 --kinds csv      # one file of 10 GB

Each measurement runs in a process of its own, so that peak memory is that of the one thing measured. The
goal is a ratio of at most 1.5, and a peak under 2 GB. On a machine that others use, the ratio of CPU seconds
is the one to trust.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
CLICKS = """
    select
        'e' || i || '-' || (hash(i) % 100000) as event_id,
        timestamp '2024-01-01' + to_microseconds((i * 1300007) % 31000000000000) as event_at,
        'v' || (hash(i // 10) % 100000000) as visitor_id,
        case when i % 50 = 0 then 'purchase' else 'page_view' end as event_name,
        'https://shop.example/products/item-' || (hash(i * 7) % 500) || case when i % 10 = 0
            then '?utm_source=instagram&utm_medium=influencer&utm_campaign=c' || (i % 40)
            else '' end as page_url,
        case when i % 5 = 0 then 'https://www.google.com/' end as referrer_url,
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_' || (i % 7) || ' like Mac OS X) AppleWebKit/605.1'
            as user_agent,
        case when i % 50 = 0 then 'c' || (hash(i // 10) % 300000) end as customer_id,
        case when i % 50 = 0 then 'p' || (hash(i // 10) % 300000) || '@example.com' end as email,
        case when i % 50 = 0 then 'o' || i end as order_id,
        case when i % 50 = 0 then (i % 20000) / 100 end::decimal(18,4) as event_value,
        (i % 300) / 10.0 as engagement_seconds,
        'granted' as consent
    from range({rows}) t(i)
"""
COLUMNS = (
    *(
        "event_id",
        "event_at",
        "visitor_id",
        "event_name",
        "page_url",
        "referrer_url",
        "user_agent",
        "customer_id",
    ),
    *("email", "order_id", "event_value", "engagement_seconds", "consent"),
)
FILES = {"parquet": "clicks.parquet", "csv.gz": "clicks.csv.gz", "csv": "clicks.csv"}
OPTIONS = {
    "parquet": "format parquet",
    "csv.gz": "format csv, header, compression gzip",
    "csv": "format csv, header",
}


def make(folder: Path, rows: int, kinds: Sequence[str]) -> None:
    """Writes the clicks in each kind of file, where they are not there yet."""
    for kind in kinds:
        target = landed(folder, kind)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        duckdb.execute(f"copy ({CLICKS.format(rows=rows)}) to '{target}' ({OPTIONS[kind]})")


def landed(folder: Path, kind: str) -> Path:
    """Where the file of a kind lies."""
    return folder / kind / "landing" / "clicks" / "standard" / FILES[kind]


def reader(kind: str, path: Path) -> str:
    """DuckDB's reader, told the columns."""
    if kind == "parquet":
        return f"read_parquet('{path}')"
    columns = ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
    options = "auto_detect = false, header = true, delim = ',', quote = '\"'"
    return f"read_csv('{path}', {options}, columns = {{{columns}}})"


def bare(kind: str, folder: Path) -> None:
    """Measured: a table as the file is."""
    with duckdb.connect(str(folder / "bare.duckdb")) as con:
        con.execute(f"create table clicks as select * from {reader(kind, landed(folder, kind))}")


def load(kind: str, folder: Path) -> None:
    """Measured: the loader, with hashing, checks, keys, load log and all."""
    from orchestration.lib.ingestion import load_landing

    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        report = load_landing(con, folder / kind / "landing", b"benchmark", folder / "quarantine")
    if not all(file.status == "loaded" and file.direct for file in report.files):
        raise SystemExit(f"not loaded directly: {report.files}")


def measure(what: str, kind: str, folder: Path) -> tuple[float, float, float]:
    """(seconds, CPU seconds, peak MB) of one run in a process of its own, without the start of Python."""
    for name in ("bare.duckdb", "warehouse.duckdb"):
        (folder / name).unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        "--one",
        what,
        "--kind",
        kind,
        "--folder",
        str(folder),
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    seconds, cpu, peak = map(float, done.stdout.split())
    return seconds, cpu, peak


def one(what: str, kind: str, folder: Path) -> None:
    """The child's part: run it, print seconds, CPU seconds and peak MB."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    {"bare": bare, "load": load}[what](kind, folder)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(seconds, cpu, after.ru_maxrss / 1024)


def main() -> None:
    """Prints one line a file kind: the best of the repeats, taken in turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=tuple(FILES), default=["parquet", "csv.gz"])
    parser.add_argument("--one", choices=("bare", "load"), help=argparse.SUPPRESS)
    parser.add_argument("--kind", choices=tuple(FILES), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.kind, options.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, options.rows, options.kinds)
        columns = ("GB", "bare, s", "load, s", "ratio", "bare, CPU", "load, CPU", "ratio", "peak MB")
        print(f"{options.rows:,} clicks", *(f"{column:>11}" for column in columns), sep="")
        for kind in options.kinds:
            runs = [
                (measure("bare", kind, folder), measure("load", kind, folder)) for _ in range(options.repeat)
            ]
            (bare_s, bare_cpu, _), (load_s, load_cpu, peak) = min(r[0] for r in runs), min(r[1] for r in runs)
            size = landed(folder, kind).stat().st_size / 1e9
            times = (bare_s, load_s, load_s / bare_s, bare_cpu, load_cpu, load_cpu / bare_cpu)
            figures = (f"{figure:>11.2f}" for figure in (size, *times))
            print(f"{kind:<{len(f'{options.rows:,} clicks')}}", *figures, f"{peak:>11.0f}", sep="")


if __name__ == "__main__":
    main()
