"""Charts. Colours keep their contrast on light and dark ground and are told apart without red and green."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

REVENUE, COST = "#3b7dd8", "#c9661c"
NEUTRAL = "#7d8591"
PALE = "#9db4cf"
BAND = alt.Scale(type="band")
SERIES = ("#3b7dd8", "#c9661c", "#1a9988", "#a65fb0", "#b5891c", "#7d8591")
LABEL_PIXELS = 170
BAR = 26
# What axis and title take from the height.
SPACE = 60


def draw(chart: alt.Chart | alt.LayerChart, description: str) -> None:
    """Puts a chart on the page, with a description for those who hear it."""
    st.altair_chart(chart, alt=description)


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
    y = alt.Y("amount:Q", title=None, stack=None, axis=alt.Axis(format="~s", tickCount=5))
    tooltip = [
        alt.Tooltip("period:T", title=f"{by.capitalize()} from", format="%-d %b %Y"),
        alt.Tooltip("series:N", title="Figure"),
        alt.Tooltip("amount:Q", title=currency, format=",.0f"),
    ]
    base = alt.Chart(long, height=250)
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
    return area + line + points


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
    colour = alt.condition(f"datum.{value} >= 0", alt.value(REVENUE), alt.value(COST))
    tooltip = [
        alt.Tooltip(f"{label}:N", title="Influencer"),
        alt.Tooltip(f"{value}:Q", title=title, format=",.0f"),
    ]
    base = alt.Chart(data, height=BAR * len(order) + SPACE)
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=NEUTRAL, strokeDash=[3, 3])
        .encode(x=alt.X("zero:Q"))
    )
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
        return zero + dot
    line = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X(f"{low}:Q", title=title, axis=axis), x2=f"{high}:Q", y=y, color=colour, tooltip=tooltip
    )
    return zero + line + dot


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
    x = alt.X(f"{value}:Q", title=None, axis=None)
    base = alt.Chart(data, height=BAR * len(data) + SPACE)
    tooltip = [
        alt.Tooltip(f"{label}:N", title=" "),
        alt.Tooltip(f"{value}:Q", title=title, format=number),
    ]
    colour: Any = alt.value(REVENUE)
    if chosen is not None:
        colour = alt.condition(alt.FieldEqualPredicate(chosen, label), alt.value(REVENUE), alt.value(PALE))
    bar = base.mark_bar(height={"band": 0.62}).encode(x=x, y=y, color=colour, tooltip=tooltip)
    numbers = base.mark_text(align="left", dx=5, color=NEUTRAL, fontSize=12).encode(
        x=x, y=y, text=alt.Text(f"{value}:Q", format=number)
    )
    return bar + numbers


def columns(data: pd.DataFrame, x: str, series: str, value: str, title_x: str, title: str) -> alt.Chart:
    """Stacked columns over a small whole number or a text."""
    return (
        alt.Chart(data, height=300)
        .mark_bar()
        .encode(
            x=alt.X(f"{x}:O", title=title_x, sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{value}:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
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
    base = alt.Chart(data, height=BAR * len(order) + SPACE)
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(color=NEUTRAL, strokeDash=[3, 3])
        .encode(x=alt.X("zero:Q"))
    )
    line = base.mark_rule(color=NEUTRAL, opacity=0.55, strokeWidth=2).encode(
        x=alt.X("min(value):Q", title=title, axis=axis), x2="max(value):Q", y=y
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
            color=alt.condition("datum.value >= 0", alt.value(REVENUE), alt.value(COST)),
            tooltip=tooltip,
        )
    )
    return zero + line + ticks + dot


def scatter(data: pd.DataFrame, currency: str) -> alt.LayerChart:
    """Revenue over cost, a dot an influencer; above the line more came back than was spent."""
    top = float(max(data["total_cost"].max(), data["attributed_revenue"].max(), 1))
    even = pd.DataFrame({"total_cost": [0.0, top], "attributed_revenue": [0.0, top]})
    line = (
        alt.Chart(even)
        .mark_line(color=NEUTRAL, strokeDash=[3, 3], strokeWidth=1.5)
        .encode(x="total_cost:Q", y="attributed_revenue:Q")
    )
    dots = (
        alt.Chart(data, height=330)
        .mark_point(filled=True, size=70, opacity=0.75)
        .encode(
            x=alt.X("total_cost:Q", title=f"Cost ({currency})", axis=alt.Axis(format="~s", tickCount=6)),
            y=alt.Y(
                "attributed_revenue:Q",
                title=f"Revenue ({currency})",
                axis=alt.Axis(format="~s", tickCount=6),
            ),
            color=alt.condition(
                "datum.attributed_revenue >= datum.total_cost", alt.value(REVENUE), alt.value(COST)
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Influencer"),
                alt.Tooltip("attributed_revenue:Q", title="Revenue", format=",.0f"),
                alt.Tooltip("total_cost:Q", title="Cost", format=",.0f"),
                alt.Tooltip("roi_pct:Q", title="ROI %", format=",.0f"),
            ],
        )
    )
    return line + dots


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
        color=alt.condition("isValid(datum.influencer_name)", alt.value(COST), alt.value(REVENUE)),
        shape=alt.condition("datum.kind === 'purchase'", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.kind === 'purchase'", alt.value(220), alt.value(110)),
        tooltip=tooltip,
    )
