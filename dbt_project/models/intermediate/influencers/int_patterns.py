"""Segments drawn to the mean of all; orchestration/lib/patterns.py says how."""

from orchestration.lib.patterns import PATTERN_TYPES, pattern_columns


def model(dbt, session):
    dbt.config(materialized="table")
    units = dbt.ref("int_pattern_units")
    rows = [dict(zip(units.columns, row, strict=True)) for row in units.fetchall()]
    columns = pattern_columns(rows, dbt.config.meta_get("interval_pct"))
    names = ", ".join(f"unnest(${name}::{kind}[]) as {name}" for name, kind in PATTERN_TYPES.items())
    return session.sql(f"select {names}", params=columns)
