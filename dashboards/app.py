"""The dashboard over the published database: `make dashboard`. It reads `roi.duckdb` and writes nothing."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards.parts.page import shown
from dashboards.views import budget, data, executive, influencer, influencers, journeys, models

st.set_page_config(
    page_title="Influencer ROI",
    page_icon=str(Path(__file__).parent / "icon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)

# Constant, and never made from data: less empty space above the title, and lines that the eye can follow.
st.html(Path(__file__).parent / "page.css")

PAGES = [
    st.Page(shown(executive.view), title="Executive", url_path="executive", default=True),
    st.Page(shown(influencers.view), title="Influencers", url_path="influencers"),
    st.Page(shown(models.view), title="Models", url_path="models"),
    st.Page(shown(journeys.view), title="Journeys", url_path="journeys"),
    st.Page(shown(budget.view), title="Budget", url_path="budget"),
    st.Page(shown(data.view), title="Data", url_path="data"),
    st.Page(shown(influencer.view), title="Influencer", url_path="influencer", visibility="hidden"),
]

# A row of a table leads to a page that no menu shows.
st.session_state["pages"] = {page.url_path: page for page in PAGES}

st.navigation(PAGES, position="top").run()
