"""Influencers: the manager's list, campaigns and kinds of posts. A row leads to one influencer's page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts import address, charts, pages, tables
from dashboards.parts.choices import WIDTH, choose
from dashboards.parts.page import explanation, head, nothing, section
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import influencers, text, words
from orchestration.lib.readers.explain import FIGURES, model_label
from orchestration.lib.readers.filters import Filters

# Leaks are worth a look from here on; the score goes from 0 to 100.
SUSPICIOUS = 50
DIMENSIONS = {"platform": "Platform", "content_format": "Format"}


def view(source: Source) -> None:
    """Draws the page."""
    place = st.container()
    filters = choose(source, period=False)
    with place:
        head("Influencers", source, filters)
    search = address.words("Name or handle", "search", width=2 * WIDTH, placeholder="Part of it is enough")
    number = source.ask(influencers.count, filters, search)
    if not number:
        nothing("No influencer matches. Widen the filters, or add influencers to the registry.")
        return
    _picture(source, filters, search, number)
    _list(source, filters, search, number)
    _campaigns(source, filters)
    _posts(source, filters)
    explanation(
        source.run,
        filters.model,
        *("visitors", "sessions", "conversion_rate", "micro_conversion_rate", "conversions"),
        *("attributed_revenue", "average_order_value", "total_cost", "cpa", "cac", "roi_pct"),
    )


def _picture(source: Source, filters: Filters, search: str, number: int) -> None:
    currency = source.run.currency
    shown = source.ask(influencers.largest, filters, search, charts.SHOWN_DOTS)
    note = "Above the dashed line more came back than was spent."
    if len(shown) < number:
        note += f" The {len(shown)} with the highest cost or revenue; the list below has all."
    with section("Revenue against cost", note):
        data = tables.frame(shown, ["influencer_name", "total_cost", "attributed_revenue", "roi_pct"])
        charts.draw(
            charts.scatter(data.rename(columns={"influencer_name": "label"}), currency),
            f"Revenue and cost of {len(shown)} influencers in {currency}; the figures are in the list below.",
        )


def _list(source: Source, filters: Filters, search: str, number: int) -> None:
    def open_page(row: dict[str, Any]) -> None:
        st.switch_page(
            st.session_state["pages"]["influencer"],
            query_params={"influencer": str(row["influencer_id"]), "model": filters.model},
        )

    money = text.markdown(source.run.currency)
    note = (
        f"{text.number(number)} of them, {model_label(filters.model)}, "
        f"{words.period(source.run, filters)}. Money in {money}. "
        "Choose a row to see everything about one of them."
    )
    with section("All influencers", note):
        pages.show(
            source,
            influencers.listing,
            (filters, search),
            {
                "influencer_name": Column("Influencer", pinned=True),
                "tier": Column("Tier"),
                "niche": Column("Niche"),
                "attributed_revenue": _figure("attributed_revenue", "money"),
                "total_cost": _figure("total_cost", "money"),
                "roi_pct": _figure("roi_pct", "pct"),
                "roi_pct_low": Column("ROI from", "pct", "Lower end of the interval of the ROI."),
                "roi_pct_high": Column("ROI to", "pct", "Upper end of the interval of the ROI."),
                "conversions": _figure("conversions", "credit"),
                "new_customers": _figure("new_customers", "credit"),
                "cpa": _figure("cpa", "cents"),
                "cac": _figure("cac", "cents"),
                "average_order_value": _figure("average_order_value", "cents"),
                "visitors": _figure("visitors", "count"),
                "sessions": _figure("sessions", "count"),
                "conversion_rate": _figure("conversion_rate", "share"),
                "micro_conversion_rate": _figure("micro_conversion_rate", "share"),
                "direct_conversions": _figure("direct_conversions", "count"),
                "assisted_conversions": _figure("assisted_conversions", "count"),
                "leak_score": Column(
                    "Code leak", "count", f"0 to 100; from {SUSPICIOUS} on a code looks as if it had leaked."
                ),
            },
            "influencers",
            "Chosen influencers with their figures",
            "Highest revenue",
            search=False,
            choose=open_page,
        )


def _campaigns(source: Source, filters: Filters) -> None:
    money = text.markdown(source.run.currency)
    note = f"{model_label(filters.model)}, all influencers. Money in {money}."
    with section("Campaigns", note):
        table = source.ask(influencers.campaigns, filters.model)
        tables.show(
            table,
            {
                "campaign_name": Column("Campaign", pinned=True),
                "starts_on": Column("From", "day"),
                "ends_on": Column("To", "day"),
                "influencers": Column("Influencers", "count"),
                "attributed_revenue": _figure("attributed_revenue", "money"),
                "total_cost": _figure("total_cost", "money"),
                "budget_used_pct": Column("Budget used", "pct", "Cost in per cent of the planned budget."),
                "roi_pct": _figure("roi_pct", "pct"),
                "conversions": _figure("conversions", "credit"),
                "cac": _figure("cac", "cents"),
                "conversion_rate": _figure("conversion_rate", "share"),
            },
            "campaigns",
            "Campaigns with their figures, the newest first",
            empty="The registry has no campaigns.",
        )


def _posts(source: Source, filters: Filters) -> None:
    money = text.markdown(source.run.currency)
    note = f"Posts of all influencers, {model_label(filters.model)}, money in {money}."
    with section("What kind of post works", note):
        tabs = st.tabs(list(DIMENSIONS.values()))
        for tab, (dimension, label) in zip(tabs, DIMENSIONS.items(), strict=True):
            with tab:
                table = source.ask(influencers.breakdown, dimension, filters.model)
                if not table:
                    nothing("The registry has no posts.")
                    continue
                tables.show(
                    table,
                    {
                        "segment": Column(label, pinned=True),
                        "posts": Column("Posts", "count"),
                        "sessions": _figure("sessions", "count"),
                        "conversion_rate": _figure("conversion_rate", "share"),
                        "conversions": _figure("conversions", "credit"),
                        "attributed_revenue": _figure("attributed_revenue", "money"),
                        "total_cost": _figure("total_cost", "money"),
                        "roi_pct": _figure("roi_pct", "pct"),
                    },
                    f"posts_by_{dimension}",
                    f"Posts by {label.lower()}",
                )


def _figure(name: str, kind: str) -> Column:
    figure = FIGURES[name]
    return Column(figure.label, kind, figure.meaning)
