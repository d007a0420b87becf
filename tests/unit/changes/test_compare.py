"""Two runs compared, over a history that is written by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb

from orchestration.lib.changes import RunRow, compare


def run(number: int) -> RunRow:
    return RunRow(number, f"run-{number}", datetime(2026, 1, number), "linear", {}, "", {}, 0, DATASETS, 0)


DATASETS = dict.fromkeys(("clicks", "orders", "order_lines", "refunds", "contacts"), 0)


def test_a_setting_that_was_changed_back_has_moved_nothing() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema history; create schema raw")
        connection.execute("create table raw.load_log (path varchar, file_id bigint)")
        connection.execute("create table raw.clicks (_file_id bigint, event_at timestamp)")
        connection.execute(
            "create table history.hist_influencer_roi as select 'run-' || run as run_id, 'linear' as "
            "attribution_model, who as influencer_id, who as influencer_name, "
            "case when who = 'a' and run = 3 then 57 else 50 end::decimal(18, 2) as attributed_revenue, "
            "10::decimal(18, 2) as total_cost, 0.0 as roi_pct, 10::decimal(18, 2) as fixed_fee, "
            "0::decimal(18, 2) as commission, 0::decimal(18, 2) as product_cost, "
            "0::decimal(18, 2) as other_cost from range(1, 4) as runs (run), (values ('a'), ('b')) as p (who)"
        )
        connection.execute(
            "create table history.hist_roi_changes as select * from (values "
            "('a', 'credit', -20, 3, timestamp '2026-01-02'), "
            "('a', 'credit', 20, 3, timestamp '2026-01-03'), "
            "('a', 'new_order', 7, 1, timestamp '2026-01-03'), "
            "('b', 'credit', 5, 2, timestamp '2026-01-02'), ('b', 'credit', -5, 2, timestamp '2026-01-03')) "
            "as rows (influencer_id, cause, revenue_change, orders, built_at)"
        )
        found = compare(connection, [run(1), run(2), run(3)], run(1))
        assert {one.influencer_id: one.has_moved for one in found.moved} == {"a": True, "b": False}
        assert found.moved[0].causes == {"new_order": (Decimal(7), 1)}
        assert found.moved[0].unexplained == 0
        assert compare(connection, [run(1), run(2)], run(1)).moved[0].causes == {"credit": (Decimal(-20), 3)}
