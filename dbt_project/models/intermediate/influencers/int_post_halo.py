"""Orders after posts against what was expected; orchestration/lib/halo says how."""

from orchestration.lib.halo.tables import HALO_TYPES, halo_columns


def model(dbt, session):
    dbt.config(materialized="table")
    days = dbt.ref("int_untraced_orders")
    posts = dbt.ref("dim_deliverables").project("deliverable_id, posted_at::date as posted_on, impressions")
    days, posts = (
        [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()] for rows in (days, posts)
    )
    columns = halo_columns(
        days, posts, dbt.config.meta_get("window_days"), dbt.config.meta_get("interval_pct")
    )
    names = ", ".join(f"unnest(${name}::{kind}[]) as {name}" for name, kind in HALO_TYPES.items())
    return session.sql(f"select {names}", params=columns)
