"""What the last run changed in figures that were there before, and why: a part of the executive page."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import tables
from dashboards.parts.page import nothing, section
from dashboards.parts.source import Source
from orchestration.lib.readers import changes, text
from orchestration.lib.readers.explain import model_label
from orchestration.lib.readers.filters import Filters

MOVERS = 8


def last_run(source: Source, filters: Filters) -> None:
    """Draws the part."""
    with section("Changed by the last run", changes.MEANING):
        run = source.ask(changes.last_run)
        if run is None:
            nothing("There was one run only. The next one says here what it changed, and why.")
            return
        found = source.ask(changes.causes, run, filters)
        st.markdown(text.markdown(f"{run.sentence} {changes.totals(found)}", 1000))
        if not found:
            return
        money = text.markdown(source.run.currency)
        st.caption(f"Over all time, {model_label(run.model)}, {money}.")
        tables.show(
            source.ask(changes.movers, run, filters, MOVERS),
            {
                "influencer_name": tables.Column("Influencer", pinned=True),
                "revenue_change": tables.Column(f"Revenue ({money})", "cents"),
                "cost_change": tables.Column(f"Cost ({money})", "cents"),
                "cause": tables.Column("Mostly by"),
            },
            "changed_by_last_run",
            "The influencers whose figures the last run changed most",
        )
