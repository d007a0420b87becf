"""Response curves and the split of the budget; orchestration/lib/plan says how."""

from orchestration.lib.plan.tables import PLAN_TYPES, PlanSettings, plan_columns


def model(dbt, session):
    dbt.config(materialized="table")
    settings = PlanSettings(
        dbt.config.meta_get("budget"),
        dbt.config.meta_get("max_change_pct"),
        dbt.config.meta_get("elasticity"),
        dbt.config.meta_get("interval_pct"),
    )
    doses = dbt.ref("int_plan_doses")
    rows = [dict(zip(doses.columns, row, strict=True)) for row in doses.fetchall()]
    columns = plan_columns(rows, settings)
    names = ", ".join(f"unnest(${name}::{kind}[]) as {name}" for name, kind in PLAN_TYPES.items())
    return session.sql(f"select {names}", params=columns)
