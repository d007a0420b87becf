"""Time and memory of the bootstrap.

`python -m benchmarks.bootstrap [conversions] [influencers] [replicates]`

The table that the bootstrap draws from is filled with made-up credits, as many as so many conversions under
all attribution models give (7 people with influencers' credit in 10 conversions, a third of them with two).
What is measured is dbt's own models.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.settings import DBT_PROJECT, Settings
from orchestration.lib.variables import read_defaults

MODELS = ("int_bootstrap_totals", "int_influencer_intervals")
PEOPLE_PER_CONVERSION = 0.7
COSTS = "cost_id varchar, conversion_key bigint, influencer_id varchar, amount decimal(18, 2)"


def attribution_models() -> list[str]:
    folder = DBT_PROJECT / "models" / "attribution"
    return sorted(file.stem.split("__")[1] for file in folder.glob("fct_attribution__*.sql"))


def fill(warehouse: Path, people: int, influencers: int) -> None:
    """Person credits: a third of the people under two influencers, money skewed as orders are."""
    columns = ", ".join(
        f"floor(exp(4 + random()) * 100 * share) as {name}_cents, floor(share * 1e6) as {name}_millionths"
        for name in attribution_models()
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("select setseed(0.5)")
        connection.execute("create schema intermediate")
        connection.execute(
            f"""
            create table intermediate.int_person_credits as
            select 'inf_' || (hash(person, part) % {influencers}) as influencer_id,
                md5(person::varchar) as person_id, {columns}, 0::double as commission_cents
            from (
                select person, part, random() as share
                from range({people}) as people(person), range(2) as parts(part)
                where part = 0 or person % 3 = 0
            )
            order by influencer_id, person_id
            """
        )
        connection.execute(f"create table intermediate.int_influencer_costs ({COSTS})")
        connection.execute(
            "insert into intermediate.int_influencer_costs "
            f"select i::varchar, null, 'inf_' || i, 5000 from range({influencers}) as rows(i)"
        )


def main(conversions: int = 1_000_000, influencers: int = 500, replicates: int | None = None) -> None:
    replicates = replicates or read_defaults(DBT_PROJECT / "dbt_project.yml")["bootstrap_replicates"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({
            "ROI_DATA": folder, "ROI_HASH_KEY": "benchmark",
            "ROI_VARS": json.dumps({"bootstrap_replicates": replicates}),
        })  # fmt: skip
        fill(settings.warehouse, int(conversions * PEOPLE_PER_CONVERSION), influencers)
        before = resource.getrusage(resource.RUSAGE_SELF)
        started = time.perf_counter()
        result = run_dbt(settings, ["run", "-s", *MODELS])
        total = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        if not result.success:
            raise SystemExit(result.error or "\n".join(node.message for node in result.failures))
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            rows = connection.execute("select count(*) from intermediate.int_person_credits").fetchall()[0][0]
    print(
        f"{conversions:,} conversions, {rows:,} rows of people and influencers, {influencers:,} influencers,"
    )
    print(f"{len(attribution_models())} models, {replicates} replicates")
    for node in result.nodes:
        print(f"  {node.name:28} {node.seconds:7.1f} s")
    print(f"  with dbt around it           {total:7.1f} s")
    print(f"  processor time of all that   {after.ru_utime - before.ru_utime:7.1f} s")
    print(f"  peak memory, filling included{after.ru_maxrss / 1024:6.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
