"""Repeat buying and order values by maximum likelihood; orchestration/lib/ltv says how and after whom."""

from orchestration.lib.ltv.tables import PREDICTION_TYPES, predict_columns


def model(dbt, session):
    dbt.config(materialized="table")
    histories = dbt.ref("int_ltv_histories").order("repeats, recency_days, age_days").fetchnumpy()
    spending = (
        dbt.ref("int_customers")
        .filter("mean_repeat_value > 0")
        .order("person_id")
        .project("paid_repeats, mean_repeat_value")
        .fetchnumpy()
    )
    session.register("ltv_predictions", predict_columns(histories, spending))
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in PREDICTION_TYPES.items())
    return session.sql(f"select {columns} from ltv_predictions")
