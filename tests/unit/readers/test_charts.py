"""Charts are what Vega-Lite takes; pages draw them without asking, because asking takes too long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import altair as alt
import pandas as pd
import pytest
from altair.utils import schemapi

from dashboards.parts import charts

DAYS = pd.to_datetime(["2026-01-05", "2026-01-12"])
RANKED = pd.DataFrame({"label": ["a", "b"], "roi": [12.0, -3.0], "low": [1.0, -9.0], "high": [30.0, 4.0]})
UNSURE = RANKED.assign(low=None, high=None)
ONE_OF_MODELS = pd.DataFrame({"label": ["a", "a"], "model": ["Linear", "Last touch"], "value": [1.0, -2.0]})
MONEY = pd.DataFrame({"label": ["a"], "total_cost": [3.0], "attributed_revenue": [4.0], "roi_pct": [33.0]})
EVENTS = pd.DataFrame(
    {
        "event_at": [datetime(2026, 1, 5), datetime(2026, 1, 6)],
        "kind": ["visit", "purchase"],
        "what": ["a", "purchase"],
        "influencer_name": ["a", None],
    }
)
WEEKS = pd.DataFrame({"period": DAYS, "attributed_revenue": [1.0, 2.0], "total_cost": [3.0, 0.0]})
LENGTHS = pd.DataFrame({"touches": ["1", "2+"], "kind": ["Without", "Without"], "purchases": [3, 4]})
DRAWN: dict[str, Callable[[], Any]] = {
    "revenue_and_cost": lambda: charts.revenue_and_cost(WEEKS, "week", "USD"),
    "intervals": lambda: charts.intervals(RANKED, "roi", "low", "high", "ROI %"),
    "intervals of none": lambda: charts.intervals(UNSURE, "roi", "low", "high", "ROI %"),
    "bars": lambda: charts.bars(RANKED, "high", "label", "Orders"),
    "bars with one chosen": lambda: charts.bars(RANKED, "high", "label", "Orders", chosen="it's a"),
    "bars of nothing": lambda: charts.bars(RANKED.head(0), "high", "label", "Orders"),
    "columns": lambda: charts.columns(LENGTHS, "touches", "kind", "purchases", "Touches", "Purchases"),
    "ranges": lambda: charts.ranges(ONE_OF_MODELS, "ROI %", "Linear"),
    "scatter": lambda: charts.scatter(MONEY, "USD"),
    "timeline": lambda: charts.timeline(EVENTS),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_keeps_to_the_schema(name: str) -> None:
    with schemapi.debug_mode(True):
        drawn = DRAWN[name]().to_dict()
    assert drawn["$schema"].endswith(".json")


def test_every_chart_is_checked() -> None:
    made = {
        name
        for name, value in vars(charts).items()
        if callable(value) and getattr(value, "__module__", "") == charts.__name__ and name[0] != "_"
    }
    assert made - {"draw", "labels"} == {name.partition(" ")[0] for name in DRAWN}


def test_a_chart_that_breaks_the_schema_is_found() -> None:
    with pytest.raises(schemapi.SchemaValidationError):
        alt.Chart(RANKED).mark_bar().encode(x=alt.X("roi:Q", axis="none")).to_dict()
