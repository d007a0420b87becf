"""Removal effects by linear algebra; orchestration/lib/attribution/markov.py says how and why."""

from orchestration.lib.attribution.tables import effects_query, solve_columns


def model(dbt, session):
    dbt.config(materialized="table")
    transitions = dbt.ref("int_markov_transitions").fetchnumpy()
    return session.sql(effects_query(solve_columns(transitions)))
