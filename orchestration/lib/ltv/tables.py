"""Lifetime value from table to table: for dbt's Python model, and for engines without Python models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from orchestration.lib.ltv.bgnbd import BgNbd, History, expected_purchases, fit_bgnbd, probability_alive
from orchestration.lib.ltv.fitting import FitError, Floats
from orchestration.lib.ltv.gammagamma import GammaGamma, fit_gamma_gamma

#: A prediction reaches so far.
DAYS_AHEAD = 365
#: More distinct histories than these make the fit slower, not better.
MOST_HISTORIES = 20_000
#: So that another processor's last bits do not show in published tables.
SIGNIFICANT_DIGITS = 10

Columns = Mapping[str, npt.NDArray[Any]]

#: Columns of `int_ltv_predictions` and their SQL types.
PREDICTION_TYPES = {
    "repeats": "bigint",
    "recency_days": "bigint",
    "age_days": "bigint",
    "probability_alive": "double",
    "expected_purchases": "double",
    **{f"bgnbd_{name}": "double" for name in BgNbd._fields},
    **{f"gamma_gamma_{name}": "double" for name in GammaGamma._fields},
    "reason": "varchar",
}


def predict_columns(histories: Columns, spending: Columns) -> dict[str, npt.NDArray[Any]]:
    """The rows of `int_ltv_predictions`, one a history, in the order of `histories`.

    Args:
        histories: `repeats`, `recency_days`, `age_days` and `customers` of each distinct history.
        spending: `paid_repeats` and `mean_repeat_value` of each customer who came back.

    Returns:
        PREDICTION_TYPES by name; predictions and parameters are NaN where `reason` says why there are none.
    """
    history = History(
        *(_floats(histories[name]) for name in ("repeats", "recency_days", "age_days", "customers"))
    )
    counts, values, reason = _fit(history, spending)
    rows = len(history.repeats)
    predicted: dict[str, npt.NDArray[Any]] = {
        "repeats": history.repeats.astype(np.int64),
        "recency_days": history.recency.astype(np.int64),
        "age_days": history.age.astype(np.int64),
        "probability_alive": np.full(rows, np.nan),
        "expected_purchases": np.full(rows, np.nan),
    }
    if counts is not None:
        predicted["probability_alive"] = _rounded(probability_alive(counts, history))
        predicted["expected_purchases"] = _rounded(expected_purchases(counts, history, DAYS_AHEAD))
    for prefix, model in (
        ("bgnbd", counts or BgNbd(*[np.nan] * 4)),
        ("gamma_gamma", values or GammaGamma(*[np.nan] * 3)),
    ):
        for name, value in model._asdict().items():
            predicted[f"{prefix}_{name}"] = _rounded(np.full(rows, value))
    predicted["reason"] = np.full(rows, reason, dtype=object)
    return predicted


def thinned(history: History) -> History:
    """At most MOST_HISTORIES of those with a repeat, the same in every run, weighted up; all others stay."""
    repeated = np.flatnonzero(history.repeats > 0)
    if len(repeated) <= MOST_HISTORIES:
        return history
    drawn = np.sort(np.random.default_rng(len(repeated)).choice(repeated, MOST_HISTORIES, replace=False))
    weights = history.customers.copy()
    weights[drawn] *= history.customers[repeated].sum() / history.customers[drawn].sum()
    kept = np.concatenate([np.flatnonzero(history.repeats == 0), drawn])
    return History(history.repeats[kept], history.recency[kept], history.age[kept], weights[kept])


def _fit(history: History, spending: Columns) -> tuple[BgNbd | None, GammaGamma | None, str | None]:
    try:
        counts = fit_bgnbd(thinned(history))
    except FitError as error:
        return None, None, f"no prediction of purchases: {error}"
    try:
        values = fit_gamma_gamma(
            _floats(spending["paid_repeats"])[:MOST_HISTORIES],
            _floats(spending["mean_repeat_value"])[:MOST_HISTORIES],
        )
    except FitError as error:
        return counts, None, f"no prediction of order values: {error}"
    return counts, values, None


def _floats(column: npt.NDArray[Any]) -> Floats:
    return np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)


def _rounded(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.round(values * scale) / scale
    return np.where(np.isfinite(scale), rounded, values)
