"""Builds random worlds under several settings and says where warehouse and oracle differ.

python -m tests.support.oracle --seeds 20 --people 40 --first 100
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import duckdb

from tests.support.nasty_world import NastyWorld
from tests.support.oracle.compare import KEYS, Comparison
from tests.support.oracle.inputs import Inputs
from tests.support.warehouse import build, settings_for
from tests.support.world import split, write_batch

#: What the oracle reads, and nothing that is slow and unknown to it.
SELECTED = [
    "build",
    "--exclude-resource-type",
    "test",
    "unit_test",
    "--select",
    "+fct_sessions",
    "+fct_conversions",
    "+fct_journeys",
    "+fct_attribution",
    "+mart_influencer_roi",
    "+mart_order_evidence",
    "+mart_channel_weights",
    *(f"+{table}" for table in KEYS),
]
VARIANTS: list[dict[str, object]] = [
    {},
    {
        "code_policy": "touch",
        "direct_touches": "keep",
        "collapse_repeats": True,
        "restart_after_purchase": True,
        "attribution_window_hours": 720,
        "half_life_hours": 36,
        "markov_order": 2,
        "reporting_currency": "EUR",
    },
    {
        "code_policy": "code_wins",
        "collapse_repeats": True,
        "position_weights": [0.5, 0, 0.5],
        "attribution_window_hours": 120,
        "session_timeout_minutes": 29,
        "reporting_currency": "GBP",
    },
    {
        "code_policy": "ignore",
        "restart_after_purchase": True,
        "position_weights": [0.1, 0.3, 0.6],
        "reporting_timezone": "America/New_York",
        "half_life_hours": 0.5,
        "markov_order": 3,
    },
    {"code_policy": "touch", "collapse_repeats": True, "reporting_timezone": "Pacific/Auckland"},
    {"position_weights": [4000, 1, 0], "attribution_window_hours": 36.5, "session_timeout_minutes": 0.5},
    {"code_policy": "code_wins", "direct_touches": "keep", "restart_after_purchase": True},
]


def main() -> int:
    """1 where anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.oracle", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many worlds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--batches", type=int, default=1, help="builds, each of some more of the rows")
    parser.add_argument("--variant", type=int, help="only this number of VARIANTS; else by seed")
    arguments = parser.parse_args()
    bad = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        number = seed % len(VARIANTS) if arguments.variant is None else arguments.variant
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="oracle_") as folder:
            differences = compared(Path(folder), seed, arguments.people, VARIANTS[number], arguments.batches)
        print(
            f"seed {seed}, variant {number}: {len(differences)} differences,"
            f" {time.monotonic() - started:.0f} s",
            flush=True,
        )
        for line in differences[:25]:
            print("   ", line, flush=True)
        bad += bool(differences)
    return int(bad > 0)


def compared(
    folder: Path, seed: int, people: int, variables: dict[str, object], batches: int = 1
) -> list[str]:
    """Differences of one world under one setting, after as many builds as there are batches."""
    world = NastyWorld(seed, people)
    world.write_registry(folder / "registry")
    settings = settings_for(folder / "landing", folder / "registry", folder / "data", json.dumps(variables))
    for number, rows in enumerate(split(world.rows, seed, batches)):
        write_batch(settings.landing, f"batch{number}", rows)
        rewrite(settings.landing, seed)
        build(settings, SELECTED)
    inputs = Inputs.of(world.rows, world.registry, variables)
    return Comparison(inputs, settings.warehouse, settings.warehouse).run()


def rewrite(landing: Path, seed: int) -> None:
    """The same rows in another format of files, by seed."""
    ways = {
        1: ("csv", "(header)"),
        2: ("csv.gz", "(header, compression gzip)"),
        3: ("parquet", "(format parquet)"),
    }
    if seed % 4 in ways:
        ending, how = ways[seed % 4]
        for file in landing.glob("*/standard/*.jsonl"):
            rows = f"read_json('{file}', columns = {columns(file)})"
            duckdb.sql(f"copy (from {rows}) to '{file.with_suffix('')}.{ending}' {how}")
            file.unlink()


def columns(file: Path) -> str:
    """All columns of a JSONL file as text, as DuckDB wants them."""
    names = {name: "varchar" for line in file.read_text().splitlines() for name in json.loads(line)}
    return str(names)


if __name__ == "__main__":
    raise SystemExit(main())
