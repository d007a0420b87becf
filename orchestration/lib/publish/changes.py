"""The runs that the warehouse remembers, and what moved in the last of them, for readers."""

from __future__ import annotations

import duckdb

from orchestration.lib.changes import ChangesError, read_runs
from orchestration.lib.changes.compare import COSTS
from orchestration.lib.changes.words import run_lines
from orchestration.lib.publish.facts import create_table, document

#: Older runs stay in the warehouse, for `roi changes`.
TOLD_RUNS = 30

_RUNS = (
    "run_number bigint, run_id varchar, built_at timestamp, decision_model varchar, new_rows varchar, "
    "different varchar"
)
_DOCUMENTED = (
    (
        "runs",
        "One row a run that the warehouse remembers, as `roi changes --runs` lists them.",
        {
            "run_number": "1 for the first run.",
            "run_id": "Id of the build.",
            "built_at": "When it began (UTC).",
            "decision_model": "The attribution model that its changes are told by.",
            "new_rows": "What was loaded since the run before.",
            "different": "What else was different from the run before; empty where nothing was.",
        },
    ),
    (
        "changes",
        f"One row a run, influencer and cause: what moved against the run before; the last {TOLD_RUNS} runs. "
        "The rows of two runs add up to the difference of their figures.",
        {
            "run_number": "The run that brought the change.",
            "influencer_id": "The influencer.",
            "cause": "new_order, order_gone, refund, order_corrected, identity or credit for revenue; "
            f"{', '.join(COSTS)} for cost.",
            "revenue_change": "By how much revenue moved under the decision model, in reporting currency.",
            "cost_change": "By how much cost moved, in reporting currency.",
            "orders": "Orders behind it; null for costs.",
        },
    ),
)
# The changes of a run that was killed before it was written down belong to the next one.
_CHANGES = f"""
    create table {{schema}}.changes as
    with runs as (
        select *, lag(built_at) over (order by run_number) as built_before from {{schema}}.runs
    ),

    told as (
        select * from runs
        where run_number > 1 and run_number > (select max(run_number) - {TOLD_RUNS} from runs)
    ),

    revenue as (
        select told.run_number, facts.influencer_id, facts.cause, sum(facts.revenue_change) as revenue_change,
            sum(facts.orders)::bigint as orders
        from warehouse.history.hist_roi_changes as facts
        inner join told on facts.built_at > told.built_before and facts.built_at <= told.built_at
        group by told.run_number, facts.influencer_id, facts.cause
    ),

    snapshots as (
        unpivot (
            select
                runs.run_number, snapshots.influencer_id,
                {", ".join(f"snapshots.{cost}" for cost in COSTS)}
            from warehouse.history.hist_influencer_roi as snapshots
            inner join runs
                on snapshots.run_id = runs.run_id and snapshots.attribution_model = runs.decision_model
        )
        on {", ".join(COSTS)} into name cause value amount
    ),

    -- A run's costs are what it adds, and what the next one starts from.
    costs as (
        select run_number, influencer_id, cause, sum(amount) as cost_change
        from (
            select run_number, influencer_id, cause, amount from snapshots
            union all
            select run_number + 1, influencer_id, cause, -amount from snapshots
        )
        where run_number in (select run_number from told)
        group by run_number, influencer_id, cause
        having cost_change <> 0
    )

    select run_number, influencer_id, cause, revenue_change::decimal(18, 2) as revenue_change,
        0::decimal(18, 2) as cost_change, orders
    from revenue
    union all
    select run_number, influencer_id, cause, 0, cost_change::decimal(18, 2), null
    from costs
    order by run_number, influencer_id, cause
"""
_NO_CHANGES = """
    create table {schema}.changes (run_number bigint, influencer_id varchar, cause varchar,
        revenue_change decimal(18, 2), cost_change decimal(18, 2), orders bigint)
"""


def write_changes(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Creates `runs` and `changes` in the new file, which is attached as `roi` beside `warehouse`."""
    warehouse = connection.cursor()
    warehouse.execute("use warehouse")
    try:
        runs = read_runs(warehouse)
    except ChangesError:
        runs = []
    finally:
        warehouse.close()
    rows = [
        (run.number, run.run_id, str(run.built_at), run.model, new, different)
        for run, (new, different) in zip(runs, run_lines(runs), strict=True)
    ]
    create_table(connection, schema, "runs", _RUNS, rows)
    connection.execute((_CHANGES if runs else _NO_CHANGES).format(schema=schema))
    document(connection, schema, _DOCUMENTED)
