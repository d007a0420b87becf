"""Charts. Colours keep their contrast on light and dark ground and are told apart without red and green.

A page does not check its charts against the schema of Vega-Lite, which takes longer than all else on it;
`tests/unit/readers/test_charts.py` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils import schemapi

# Altair checks each part of a chart when it is made; to_dict checks the whole.
schemapi.disable_debug_mode()

REVENUE, COST = "#3b7dd8", "#c9661c"
NEUTRAL = "#7d8591"
PALE = "#9db4cf"
BAND = alt.Scale(type="band")
SERIES = ("#3b7dd8", "#c9661c", "#1a9988", "#a65fb0", "#b5891c", "#7d8591")
LABEL_PIXELS = 170
BAR = 26
# What axis and title take from the height.
SPACE = 60
# How much wider a chart of bars is than its longest bar.
ROOM = 1.18
# More dots than these cover each other.
SHOWN_DOTS = 400


class _Unchecked:
    """A chart for Streamlit, which asks for nothing but its specification."""

    def __init__(self, chart: alt.Chart | alt.LayerChart) -> None:
        self._chart = chart

    def to_dict(self) -> dict[str, Any]:
        return self._chart.to_dict(validate=False)


def draw(chart: alt.Chart | alt.LayerChart, description: str) -> None:
    """Puts a chart on the page, with a description for those who hear it."""
    st.altair_chart(cast("alt.Chart", _Unchecked(chart)), alt=description)


def _thousands(ticks: int) -> alt.Axis:
    """An axis of amounts: 0, 500, 1.5k, each number by itself."""
    return alt.Axis(labelExpr="format(datum.value, '~s')", tickCount=ticks)


def _blue_if(test: str) -> alt.ColorValue:
    """Blue where an expression over `datum` holds, else orange."""
    # As a channel of its own: Altair takes ten times as long to find out what `alt.condition` is about.
    return alt.ColorValue(COST, condition={"test": test, "value": REVENUE})


def revenue_and_cost(data: pd.DataFrame, by: str, currency: str) -> alt.LayerChart:
    """Revenue as an area and cost as a line over `period`."""
    shape = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y"}[by]
    x = alt.X("period:T", title=None, axis=alt.Axis(format=shape, grid=False, labelOverlap=True, tickCount=8))
    long = data.melt("period", ["attributed_revenue", "total_cost"], "series", "amount")
    long["series"] = long["series"].map({"attributed_revenue": "Revenue", "total_cost": "Cost"})
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=3)
    colour = alt.Color(
        "series:N",
        scale=alt.Scale(domain=["Revenue", "Cost"], range=[REVENUE, COST]),
        legend=legend,
    )
    y = alt.Y("amount:Q", title=None, stack=None, axis=_thousands(5))
    tooltip = [
        alt.Tooltip("period:T", title=f"{by.capitalize()} from", format="%-d %b %Y"),
        alt.Tooltip("series:N", title="Figure"),
        alt.Tooltip("amount:Q", title=currency, format=",.0f"),
    ]
    base = alt.Chart()
    area = (
        base.transform_filter("datum.series === 'Revenue'")
        .mark_area(opacity=0.16)
        .encode(x=x, y=y, color=colour)
    )
    line = base.mark_line(strokeWidth=2.2).encode(
        x=x,
        y=y,
        color=colour,
        strokeDash=alt.StrokeDash(
            "series:N", scale=alt.Scale(domain=["Revenue", "Cost"], range=[[1, 0], [5, 3]]), legend=legend
        ),
    )
    points = base.mark_point(filled=True, size=45, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    return _layers(long, 250, area, line, points)


def intervals(
    data: pd.DataFrame, value: str, low: str, high: str, title: str, label: str = "label"
) -> alt.LayerChart:
    """A dot a row with its interval as a line; zero is marked. Rows keep their order."""
    order = list(data[label])
    y = alt.Y(
        f"{label}:N",
        sort=order,
        title=None,
        scale=BAND,
        axis=alt.Axis(labelLimit=LABEL_PIXELS, ticks=False, domain=False, labelFlush=False),
    )
    axis = alt.Axis(format=",.0f", tickCount=6)
    colour = _blue_if(f"datum.{value} >= 0")
    tooltip = [
        alt.Tooltip(f"{label}:N", title="Influencer"),
        alt.Tooltip(f"{value}:Q", title=title, format=",.0f"),
    ]
    base = alt.Chart()
    height = BAR * len(order) + SPACE
    known = bool(data[low].notna().any())
    if known:
        tooltip += [
            alt.Tooltip(f"{low}:Q", title="from", format=",.0f"),
            alt.Tooltip(f"{high}:Q", title="to", format=",.0f"),
        ]
    dot = base.mark_point(filled=True, size=95, opacity=1).encode(
        x=alt.X(f"{value}:Q", title=title, axis=axis), y=y, color=colour, tooltip=tooltip
    )
    if not known:
        return _layers(data, height, _zero(), dot)
    line = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X(f"{low}:Q", title=title, axis=axis),
        x2=alt.X2(f"{high}:Q"),
        y=y,
        color=colour,
        tooltip=tooltip,
    )
    return _layers(data, height, _zero(), line, dot)


def _layers(data: pd.DataFrame, height: int, *charts: alt.Chart) -> alt.LayerChart:
    """Charts on top of each other; data that each of them had would be copied and compared by Altair."""
    return cast("alt.LayerChart", alt.layer(*charts, data=data, height=height))


def _zero() -> alt.Chart:
    return (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=NEUTRAL, strokeDash=[3, 3])
        .encode(x=alt.X("zero:Q"))
    )


def bars(
    data: pd.DataFrame,
    value: str,
    label: str,
    title: str,
    order: Sequence[str] | None = None,
    number: str = ",.0f",
    chosen: str | None = None,
) -> alt.LayerChart:
    """Horizontal bars with their numbers at the end; all but the chosen one are pale, where one is."""
    y = alt.Y(
        f"{label}:N",
        sort=list(order) if order is not None else list(data[label]),
        title=None,
        axis=alt.Axis(labelLimit=LABEL_PIXELS, ticks=False, domain=False, labelFlush=False),
    )
    # The numbers stand behind the bars and need room, also where the chart is narrow.
    top = float(data[value].max() or 1) if len(data) else 1.0
    x = alt.X(f"{value}:Q", title=None, axis=None, scale=alt.Scale(domainMax=top * ROOM))
    base = alt.Chart()
    tooltip = [
        alt.Tooltip(f"{label}:N", title=" "),
        alt.Tooltip(f"{value}:Q", title=title, format=number),
    ]
    colour = alt.ColorValue(REVENUE)
    if chosen is not None:
        condition = {"test": {"field": label, "equal": chosen}, "value": REVENUE}
        colour = alt.ColorValue(PALE, condition=condition)
    bar = base.mark_bar(height={"band": 0.62}).encode(x=x, y=y, color=colour, tooltip=tooltip)
    numbers = base.mark_text(align="left", dx=5, color=NEUTRAL, fontSize=12).encode(
        x=x, y=y, text=alt.Text(f"{value}:Q", format=number)
    )
    return _layers(data, BAR * len(data) + SPACE, bar, numbers)


def columns(data: pd.DataFrame, x: str, series: str, value: str, title_x: str, title: str) -> alt.Chart:
    """Stacked columns over a small whole number or a text."""
    return (
        alt.Chart(data, height=300)
        .mark_bar()
        .encode(
            x=alt.X(f"{x}:O", title=title_x, sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{value}:Q", title=None, axis=_thousands(5)),
            color=alt.Color(
                f"{series}:N",
                scale=alt.Scale(range=[REVENUE, PALE]),
                sort=None,
                legend=alt.Legend(title=None, orient="top"),
            ),
            order=alt.Order(f"{series}:N", sort="descending"),
            tooltip=[
                alt.Tooltip(f"{x}:O", title=title_x),
                alt.Tooltip(f"{series}:N", title=" "),
                alt.Tooltip(f"{value}:Q", title=title, format=",.0f"),
            ],
        )
    )


def ranges(data: pd.DataFrame, title: str, chosen: str) -> alt.LayerChart:
    """A line from the lowest to the highest `value` of a `label`, a tick a `model`, the chosen one a dot."""
    order = list(dict.fromkeys(data["label"]))
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        scale=BAND,
        axis=alt.Axis(labelLimit=LABEL_PIXELS, ticks=False, domain=False, labelFlush=False),
    )
    axis = alt.Axis(format=",.0f", tickCount=6)
    tooltip = [
        alt.Tooltip("label:N", title="Influencer"),
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("value:Q", title=title, format=",.0f"),
    ]
    base = alt.Chart()
    line = base.mark_rule(color=NEUTRAL, opacity=0.55, strokeWidth=2).encode(
        x=alt.X("min(value):Q", title=title, axis=axis), x2=alt.X2("max(value):Q"), y=y
    )
    ticks = base.mark_tick(color=NEUTRAL, thickness=2, size=12).encode(
        x=alt.X("value:Q", title=title, axis=axis), y=y, tooltip=tooltip
    )
    dot = (
        base.transform_filter(alt.datum.model == chosen)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=alt.X("value:Q", title=title, axis=axis),
            y=y,
            color=_blue_if("datum.value >= 0"),
            tooltip=tooltip,
        )
    )
    return _layers(data, BAR * len(order) + SPACE, _zero(), line, ticks, dot)


def scatter(data: pd.DataFrame, currency: str) -> alt.LayerChart:
    """Revenue over cost, a dot an influencer; above the line more came back than was spent."""
    top = float(max(data["total_cost"].max(), data["attributed_revenue"].max(), 1))
    even = pd.DataFrame({"total_cost": [0.0, top], "attributed_revenue": [0.0, top]})
    line = (
        alt.Chart(even)
        .mark_line(color=NEUTRAL, strokeDash=[3, 3], strokeWidth=1.5)
        .encode(x=alt.X("total_cost:Q"), y=alt.Y("attributed_revenue:Q"))
    )
    dots = (
        alt.Chart()
        .mark_point(filled=True, size=70, opacity=0.75)
        .encode(
            x=alt.X("total_cost:Q", title=f"Cost ({currency})", axis=_thousands(6)),
            y=alt.Y(
                "attributed_revenue:Q",
                title=f"Revenue ({currency})",
                axis=_thousands(6),
            ),
            color=_blue_if("datum.attributed_revenue >= datum.total_cost"),
            tooltip=[
                alt.Tooltip("label:N", title="Influencer"),
                alt.Tooltip("attributed_revenue:Q", title="Revenue", format=",.0f"),
                alt.Tooltip("total_cost:Q", title="Cost", format=",.0f"),
                alt.Tooltip("roi_pct:Q", title="ROI %", format=",.0f"),
            ],
        )
    )
    return _layers(data, 330, line, dots)


def labels(names: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Names that tell rows apart: those that occur twice get their key behind them."""
    counts = pd.Series(list(names)).value_counts()
    return [f"{name} ({key})" if counts[name] > 1 else name for name, key in zip(names, keys, strict=True)]


def timeline(data: pd.DataFrame) -> alt.Chart:
    """One person's events over time: `event_at`, `kind`, `what` it was; purchases are diamonds.

    Each kind has its own row, because goals and the purchase that they led to are minutes apart.
    """
    x = alt.X("event_at:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=8, grid=False))
    tooltip = [
        alt.Tooltip("event_at:T", title="When (UTC)", format="%-d %b %Y %H:%M"),
        alt.Tooltip("kind:N", title="Event"),
        alt.Tooltip("what:N", title="What"),
    ]
    y = alt.Y(
        "kind:N",
        title=None,
        sort=["purchase", "goal"],
        axis=alt.Axis(labelLimit=LABEL_PIXELS, ticks=False, domain=False, labelFlush=False),
    )
    rows = data["kind"].nunique()
    base = alt.Chart(data, height=34 * rows + SPACE)
    return base.mark_point(filled=True, opacity=0.8).encode(
        x=x,
        y=y,
        color=_blue_if("!isValid(datum.influencer_name)"),
        shape=alt.ShapeValue("circle", condition={"test": "datum.kind === 'purchase'", "value": "diamond"}),
        size=alt.SizeValue(110, condition={"test": "datum.kind === 'purchase'", "value": 220}),
        tooltip=tooltip,
    )
