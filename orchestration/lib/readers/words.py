"""Sentences around figures, shared by the dashboard and the report. They are plain text."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from orchestration.lib.readers import text
from orchestration.lib.readers.executive import Totals
from orchestration.lib.readers.explain import FIGURES, model_label, model_meaning
from orchestration.lib.readers.filters import Filters
from orchestration.lib.readers.run import Run


def about(run: Run, filters: Filters | None) -> str:
    """What every figure of a page is about: model, window, currency, period, and when it was published."""
    parts = []
    if filters is not None:
        parts.append(f"{model_label(filters.model)} attribution")
    if run.window_days is not None:
        parts.append(f"{run.window_days:g}-day window")
    parts.append(run.currency)
    if filters is not None:
        parts.append(period(run, filters))
    version = f", version {run.version}" if run.version is not None else ""
    parts.append(f"published {text.moment(run.published_at)}{version}")
    return " · ".join(parts)


def period(run: Run, filters: Filters) -> str:
    """The days that the figures cover."""
    if filters.is_all_time:
        if run.first_day is None:
            return "no purchases yet"
        return f"all time, {text.day(run.first_day)} to {text.day(run.last_day)}"
    return f"{text.day(filters.since or run.first_day)} to {text.day(filters.until or run.last_day)}"


def unfinished(by: str, last: date) -> str:
    """That the last week or month of a trend is not over, and so looks low; empty where it is over."""
    if by == "week":
        seen, days = last.weekday() + 1, 7
    elif by == "month":
        seen, days = last.day, monthrange(last.year, last.month)[1]
    else:
        return ""
    return "" if seen == days else f" The last {by} has {seen} of its {days} days."


def headline(run: Run, totals: Totals) -> str:
    """What came back for what was spent, in one sentence."""
    if totals.roas is None:
        return (
            f"Influencers brought in {text.number(totals.revenue)} {run.currency}; the registry has no cost "
            "for them, so there is no ROI."
        )
    bounds = text.interval(totals.roi_low, totals.roi_high, text.PCT)
    spoken = f", {run.interval_pct:g}{text.PCT} interval {bounds}" if bounds else ""
    return (
        f"For each {run.currency} spent, {text.number(totals.roas, 2)} came back: {_verdict(totals)} "
        f"(ROI {text.percent(totals.roi_pct, signed=True)}{spoken})."
    )


def _verdict(totals: Totals) -> str:
    """What may be said; an interval with zero in it allows neither more nor less."""
    low, high = totals.roi_low, totals.roi_high
    if low is not None and high is not None and low <= 0 <= high:
        return "influencers earned about what they cost"
    if totals.revenue == totals.cost:
        return "influencers earned what they cost"
    return f"influencers earned {'more' if totals.revenue > totals.cost else 'less'} than they cost"


def meanings(run: Run, model: str | None, figures: tuple[str, ...]) -> list[tuple[str, str]]:
    """(term, plain explanation) of the model, the window, each of these figures, and the interval."""
    found = []
    if model is not None:
        found.append((f"{model_label(model)} (attribution model)", model_meaning(model)))
    if run.window_days is not None:
        found.append(
            (
                "Window",
                f"A touchpoint counts when it is at most {run.window_days:g} days older than the order; a "
                "partnership may narrow that.",
            )
        )
    for name in figures:
        figure = FIGURES[name]
        unit = f" ({run.currency})" if figure.unit == "money" else ""
        found.append((f"{figure.label}{unit}", figure.meaning))
    found.append(
        (
            "Interval",
            f"In {run.interval_pct:g} of 100 cases the long-run figure lies within; it is missing where "
            "too few "
            "people bought to say anything.",
        )
    )
    return found
