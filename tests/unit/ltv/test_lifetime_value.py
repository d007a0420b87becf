"""BG/NBD and Gamma-Gamma: published results, recovered parameters, and data that carries no model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import check_grad

from orchestration.lib.ltv import (
    BgNbd,
    FitError,
    GammaGamma,
    History,
    bgnbd,
    expected_purchases,
    expected_value,
    fit_bgnbd,
    fit_gamma_gamma,
    gammagamma,
    probability_alive,
)
from orchestration.lib.ltv.tables import MOST_HISTORIES, PREDICTION_TYPES, predict_columns, thinned
from orchestration.lib.settings import ROOT

CDNOW = ROOT.parent / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
PUBLISHED_VALUES = GammaGamma(p=6.25, q=3.74, v=15.44)


def history(*rows: tuple[float, float, float, float]) -> History:
    return History(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def calibration(file: Path) -> tuple[History, np.ndarray]:
    """CDNOW's first 39 weeks, in weeks, and the mean value of each customer's repeat purchases."""
    days: dict[str, dict[date, float]] = {}
    for line in file.read_text(encoding="ascii").splitlines():
        _, customer, day, _, amount = line.split()
        bought_on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        if bought_on <= date(1997, 9, 30):
            spent = days.setdefault(customer, {})
            spent[bought_on] = spent.get(bought_on, 0.0) + float(amount)
    rows, values = [], []
    for spent in days.values():
        first, *repeats = sorted(spent)
        last = max(spent)
        rows.append((len(repeats), (last - first).days / 7, (date(1997, 9, 30) - first).days / 7, 1))
        values.append(np.mean([spent[day] for day in repeats]) if repeats else 0.0)
    return history(*rows), np.array(values)


@pytest.mark.shared
@pytest.mark.skipif(not CDNOW.is_file(), reason=f"the public CDNOW purchases are not at {CDNOW}")
def test_cdnow_gives_the_published_parameters() -> None:
    customers, values = calibration(CDNOW)
    assert len(customers.repeats) == 2357
    found = fit_bgnbd(customers)
    assert found == pytest.approx(PUBLISHED, abs=0.0006)
    spending = fit_gamma_gamma(customers.repeats, values)
    assert int((values > 0).sum()) == 946
    assert spending == pytest.approx(PUBLISHED_VALUES, abs=0.006)


def test_published_expectations_of_single_customers() -> None:
    # Fader, Hardie and Lee: 2 repeats, the last in week 30.43 of 38.86; 1.226 purchases in the next 39 weeks.
    one = history((2, 30.43, 38.86, 1))
    assert expected_purchases(PUBLISHED, one, 39)[0] == pytest.approx(1.226, abs=0.002)
    # Fader and Hardie: two repeats of 22.35 on average say 24.66; none says the mean of all.
    values = expected_value(PUBLISHED_VALUES, np.array([2.0, 0.0]), np.array([22.35, 0.0]))
    assert values == pytest.approx([24.66, 6.25 * 15.44 / 2.74], abs=0.03)


def simulate(model: BgNbd, people: int, age: float, ahead: float = 0.0) -> tuple[History, np.ndarray]:
    """Customers who buy and leave as the model says, and how often each buys in the time `ahead`."""
    rng = np.random.default_rng(11)
    rates = rng.gamma(model.r, 1 / model.alpha, people)
    leaving = rng.beta(model.a, model.b, people)
    seen, later, recency, clock = np.zeros((4, people))
    alive = np.ones(people, dtype=bool)
    while alive.any():
        clock = np.where(alive, clock + rng.exponential(1 / rates), clock)
        alive &= clock < age + ahead
        seen += alive & (clock < age)
        recency = np.where(alive & (clock < age), clock, recency)
        later += alive & (clock >= age)
        alive &= rng.random(people) >= leaving
    return History(seen, recency, np.full(people, age), np.ones(people)), later


def test_expectations_agree_with_a_simulation() -> None:
    model = BgNbd(r=0.9, alpha=10.0, a=0.8, b=2.5)
    customers, later = simulate(model, 60_000, 40.0, 50.0)
    assert expected_purchases(model, customers, 50.0).mean() == pytest.approx(later.mean(), rel=0.03)
    chances = probability_alive(model, customers)
    assert chances.min() > 0 and chances.max() <= 1
    assert fit_bgnbd(customers) == pytest.approx(model, rel=0.12)


def test_customers_who_never_leave_are_predicted_too() -> None:
    customers, later = simulate(BgNbd(r=2.0, alpha=10.0, a=1e-6, b=5.0), 4_000, 30.0, 30.0)
    found = fit_bgnbd(customers)
    assert expected_purchases(found, customers, 30.0).mean() == pytest.approx(later.mean(), rel=0.06)


def test_gradients_are_those_of_the_likelihoods() -> None:
    customers = history((0, 0, 30, 5), (3, 12, 20, 2), (1, 4, 33, 1))

    def counts(part: int):  # type: ignore[no-untyped-def]
        return lambda theta: bgnbd.log_likelihood(BgNbd(*theta), customers)[part]

    assert check_grad(counts(0), counts(1), np.array([0.7, 5.0, 0.9, 2.0])) < 1e-6

    def values(part: int):  # type: ignore[no-untyped-def]
        return lambda theta: gammagamma.log_likelihood(
            GammaGamma(*theta), np.array([1.0, 3.0]), np.array([20.0, 35.0])
        )[part]

    assert check_grad(values(0), values(1), np.array([5.0, 3.0, 15.0])) < 1e-6


def test_a_unit_of_time_or_money_changes_only_its_own_parameter() -> None:
    customers, _ = simulate(BgNbd(r=0.9, alpha=10.0, a=0.8, b=2.5), 3_000, 40.0)
    weeks = fit_bgnbd(customers)
    days = fit_bgnbd(customers._replace(recency=customers.recency * 7, age=customers.age * 7))
    assert days == pytest.approx(weeks._replace(alpha=weeks.alpha * 7), rel=1e-3)
    rng = np.random.default_rng(3)
    x = 1.0 + rng.poisson(1.5, 900)
    z = rng.gamma(6 * x, 1.0) / x / rng.gamma(4.0, 1 / 15.0, 900)
    dollars, cents = fit_gamma_gamma(x, z), fit_gamma_gamma(x, z * 100)
    assert cents == pytest.approx(dollars._replace(v=dollars.v * 100), rel=1e-3)


@pytest.mark.parametrize(
    ("customers", "says"),
    [
        (history((0, 0, 30, 50), (2, 5, 30, 40)), "90 customers"),
        (history((0, 0, 30, 500), (2, 5, 30, 20)), "20 customers came back"),
    ],
)
def test_too_little_data_is_said_so(customers: History, says: str) -> None:
    with pytest.raises(FitError, match=says):
        fit_bgnbd(customers)


def test_tables_say_why_there_is_no_prediction() -> None:
    names = ("repeats", "recency_days", "age_days", "customers")
    few = dict(zip(names, map(np.array, ([0, 1], [0, 4], [9, 9], [60, 2])), strict=True))
    nothing = {"paid_repeats": np.array([]), "mean_repeat_value": np.array([])}
    found = predict_columns(few, nothing)
    assert list(found) == list(PREDICTION_TYPES)
    assert np.isnan(found["expected_purchases"]).all()
    assert found["reason"][0] == "no prediction of purchases: 62 customers; a prediction needs 100"
    empty = predict_columns({name: np.array([], dtype=np.int64) for name in names}, nothing)
    assert all(len(column) == 0 for column in empty.values())


def test_purchases_are_predicted_where_only_their_values_are_not() -> None:
    customers, _ = simulate(BgNbd(r=0.9, alpha=30.0, a=0.8, b=2.5), 500, 60.0)
    names = ("repeats", "recency_days", "age_days", "customers")
    found = predict_columns(
        dict(zip(names, customers, strict=True)),
        {"paid_repeats": np.array([1.0]), "mean_repeat_value": np.array([5.0])},
    )
    assert np.isfinite(found["expected_purchases"]).all()
    assert np.isnan(found["gamma_gamma_p"]).all()
    assert found["reason"][0].startswith("no prediction of order values: 1 customers came back")


def test_many_histories_are_thinned_alike_without_losing_weight() -> None:
    rng = np.random.default_rng(1)
    size = MOST_HISTORIES + 5_000
    repeats = np.concatenate([np.zeros(10), rng.integers(1, 9, size)])
    many = History(repeats, np.ones(size + 10), np.full(size + 10, 50.0), rng.integers(1, 4, size + 10) * 1.0)
    once, again = thinned(many), thinned(many)
    assert len(once.repeats) == MOST_HISTORIES + 10
    assert once.customers.sum() == pytest.approx(many.customers.sum())
    assert all((left == right).all() for left, right in zip(once, again, strict=True))
