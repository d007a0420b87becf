"""Every model and figure is explained, and texts around figures say what may be said."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from orchestration.lib.readers import Run, words
from orchestration.lib.readers.executive import Totals, grain
from orchestration.lib.readers.explain import FIGURES, MODELS, model_label, model_meaning
from orchestration.lib.readers.filters import Filters
from orchestration.lib.settings import DBT_PROJECT

RUN = Run(
    run_id="r",
    published_at=datetime(2026, 6, 4, 5, 6),
    version=3,
    currency="EUR",
    timezone="UTC",
    window_days=90.0,
    decision_model="linear",
    interval_pct=90.0,
    models=("linear",),
    first_day=date(2026, 1, 5),
    last_day=date(2026, 6, 3),
)


def test_every_model_of_the_project_is_explained() -> None:
    listed = (DBT_PROJECT / "macros" / "attribution" / "attribution_models.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"'(\w+)'", listed)) == set(MODELS)


def test_a_model_that_is_new_has_a_name_too() -> None:
    assert model_label("my_own_model") == "My own model"
    assert model_meaning("my_own_model")


def test_every_figure_has_a_unit_that_can_be_shown() -> None:
    assert {figure.unit for figure in FIGURES.values()} <= {"money", "count", "pct", "share"}
    assert all(figure.meaning.endswith(".") for figure in FIGURES.values())


@pytest.mark.parametrize(
    ("revenue", "cost", "low", "high", "said"),
    [
        (150, 100, 20.0, 80.0, "For each EUR spent, 1.50 came back: influencers earned more than they cost"),
        (150, 100, -5.0, 90.0, "influencers earned about what they cost"),
        (50, 100, None, None, "influencers earned less than they cost (ROI −50\u00a0%)."),
        (100, 100, None, None, "influencers earned what they cost"),
        (70, 0, None, None, "Influencers brought in 70 EUR; the registry has no cost"),
    ],
)
def test_the_headline_says_no_more_than_the_interval_allows(
    revenue: int, cost: int, low: float | None, high: float | None, said: str
) -> None:
    totals = Totals(3, Decimal(revenue), Decimal(cost), 5.0, 2.0, low, high)
    assert said in words.headline(RUN, totals)


def test_ratios_of_nothing_are_none() -> None:
    totals = Totals(0, Decimal(0), Decimal(0), 0.0, 0.0)
    assert (totals.roi_pct, totals.roas, totals.cpa, totals.cac) == (None, None, None, None)


def test_the_head_names_model_window_currency_and_period() -> None:
    assert words.about(RUN, Filters("linear")) == (
        "Linear attribution · 90-day window · EUR · all time, 5 Jan 2026 to 3 Jun 2026 · "
        "published 4 Jun 2026 05:06 UTC, version 3"
    )
    assert "1 Feb 2026 to 3 Jun 2026" in words.about(RUN, Filters("linear", since=date(2026, 2, 1)))


@pytest.mark.parametrize(
    ("days", "by"), [(0, "day"), (45, "day"), (46, "week"), (400, "week"), (401, "month")]
)
def test_a_trend_has_as_many_points_as_one_can_see(days: int, by: str) -> None:
    assert grain(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days)) == by
