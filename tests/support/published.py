"""A small warehouse to publish, and looking into what was published."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb

from orchestration.lib.publish import PublishOptions, PublishReport, RunFacts, publish


def write_warehouse(file: Path, version: int) -> None:
    """Tables of odd names and types, views over marts and over staging; each row names its version."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"""
            create schema if not exists marts;
            create schema if not exists staging;
            create or replace table staging.stg_things as select range as id from range(3);
            create or replace table marts.dim_things as
                select {version} as version, range as id, 'name ' || range as name from range(1000);
            comment on table marts.dim_things is 'One row a thing; it''s a test.';
            comment on column marts.dim_things.name is 'Name, "quoted".';
            create or replace table marts."fct odd" as
                select {version} as version, range as id, (range * 1.01)::decimal(18, 2) as amount,
                    sqrt(range) as weight, timestamp '2026-01-01' + interval (range) hour as at,
                    [range, null] as list, {{'a': range}} as struct
                from range(1000);
            create or replace table marts.empty as select 1 as id where false;
            create or replace table marts.dim_things__dbt_tmp as select 1 as id;
            create or replace view marts.fct_all as
                select id, amount from "warehouse"."marts"."fct odd"
                union all
                select id, 0 from marts.dim_things;
            comment on view marts.fct_all is 'All of it.';
            comment on column marts.fct_all.amount is 'Money.';
            create or replace view marts.a_view_over_a_view as select id from marts.fct_all;
            create or replace view marts.from_staging as select id from staging.stg_things;
            """
        )


def publish_run(
    warehouse: Path, target: Path, run_id: str, options: PublishOptions | None = None
) -> PublishReport:
    """Publishes as a run of this id."""
    return publish(warehouse, target, RunFacts(run_id, {"reporting_currency": "USD"}), options)


def read(file: Path, query: str) -> list[tuple]:
    """The rows of a query over a database file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process that has said `ready`."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process
