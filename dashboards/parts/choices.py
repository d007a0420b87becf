"""The filters at the top of a page."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboards.parts import address
from dashboards.parts.source import Source
from orchestration.lib.readers import influencers
from orchestration.lib.readers.explain import model_label, model_meaning
from orchestration.lib.readers.filters import DAILY, Filters

ALL_TIME, CHOSEN = "all", "days"
PERIODS = {
    ALL_TIME: "All time",
    "28": "Last 28 days",
    "90": "Last 90 days",
    "365": "Last 365 days",
    CHOSEN: "Chosen days",
}
WIDTH = 210


def choose(source: Source, people: bool = True, period: bool = True) -> Filters:
    """Draws the filters and gives the reader's choice."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        model = choose_model(source)
        since, until = _period(source) if period and source.reader.has(DAILY) else (None, None)
        tiers, niches = _people(source) if people else ((), ())
    return Filters(model, since, until, tiers, niches)


def choose_people(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draws the filters of tier and niche alone."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        return _people(source)


def choose_model(source: Source) -> str:
    """The model, by default the one that recommendations go by."""
    run = source.run
    if not run.models:
        return run.decision_model
    meanings = [f"**{model_label(model)}.** {model_meaning(model)}" for model in run.models]
    return address.select(
        "Attribution model",
        run.models,
        run.decision_model,
        "model",
        model_label,
        width=WIDTH,
        help="  \n".join(meanings),
    )


def _period(source: Source) -> tuple[date | None, date | None]:
    run = source.run
    chosen = address.select("Period", list(PERIODS), ALL_TIME, "period", PERIODS.__getitem__, width=WIDTH)
    if chosen == ALL_TIME or run.first_day is None or run.last_day is None:
        return None, None
    if chosen != CHOSEN:
        return run.last_day - timedelta(days=int(chosen) - 1), run.last_day
    return address.days("Days", run.first_day, run.last_day, "days", format="YYYY-MM-DD", width=WIDTH)


def _people(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tiers, niches = source.ask(influencers.choices)
    shown = {"width": WIDTH, "placeholder": "All"}
    return address.several("Tier", tiers, "tier", **shown), address.several("Niche", niches, "niche", **shown)
