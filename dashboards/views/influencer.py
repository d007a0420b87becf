"""One influencer: figures, models, evidence, posts, codes and goals."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards.parts import address, charts, tables
from dashboards.parts.choices import WIDTH, choose_model
from dashboards.parts.figures import Tile, tiles
from dashboards.parts.model_bars import model_bars
from dashboards.parts.page import explanation, head, nothing, section
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import Run, halo, influencers, text, words
from orchestration.lib.readers.explain import EVIDENCE, FIGURES, model_label
from orchestration.lib.readers.filters import Filters

DAYS_OF_WEEK = 7
# Names in the list to choose from.
LISTED = 100


def view(source: Source) -> None:
    """Draws the page."""
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        model = choose_model(source)
        chosen, name = _choose(source)
    filters = Filters(model)
    with place:
        head(text.markdown(name, 60), source, filters)
    if chosen is None:
        nothing("The registry has no influencers yet.")
        return
    about = source.ask(influencers.one, chosen, model)
    if about is None:
        nothing("This influencer is in the registry, but has no figures under this model.")
        return
    place.caption(_facts(about))
    _tiles(source.run, about)
    left, right = st.columns(2, gap="large")
    with left:
        _evidence(source, chosen, model)
    with right:
        _models(source, chosen, model)
    _weeks(source, chosen, model)
    _posts(source, chosen, model)
    _halo(source, chosen)
    left, right = st.columns(2, gap="large")
    with left:
        _codes(source, chosen)
    with right:
        _goals(source, chosen, model)
    explanation(
        source.run,
        model,
        *("attributed_revenue", "total_cost", "roi_pct", "conversions", "cpa", "cac"),
        *("average_order_value", "conversion_rate", "micro_conversion_rate", "ltv_per_customer"),
    )


def _choose(source: Source) -> tuple[str | None, str]:
    """Id and name of the influencer of the address.

    It has the id: a name may be anything, and two may have the same. A list of thousands takes a browser a
    second; above `LISTED` names the words in a field say which are in it.
    """
    first = source.ask(influencers.names, "", None, 1)
    if not first:
        return None, "Influencer"
    default = first[0][0]
    asked = address.asked("influencer") or default
    listed = source.ask(influencers.names, "", asked, LISTED + 1)
    if len(listed) > LISTED:
        search = address.words("Find by name", "who", width=WIDTH, placeholder="Part of it is enough")
        listed = source.ask(influencers.names, search, asked, LISTED)
    # The first of all is always there: an address may ask for somebody who is not.
    labels = dict([*first, *listed])
    chosen = address.select(
        "Influencer",
        list(labels),
        default,
        "influencer",
        lambda key: text.name(labels[key] or key),
        width=2 * WIDTH,
    )
    return chosen, labels[chosen] or chosen


def _facts(about: dict[str, Any]) -> str:
    followers = about.get("followers")
    parts = [
        about.get("handle"),
        about.get("tier"),
        about.get("niche"),
        about.get("country"),
        f"{text.short(followers)} followers" if followers is not None else None,
    ]
    return " · ".join(text.markdown(part) for part in parts if part)


def _tiles(run: Run, about: dict[str, Any]) -> None:
    bounds = text.interval(about.get("roi_pct_low"), about.get("roi_pct_high"), text.PCT)
    if not bounds and about["roi_pct"] is not None:
        bounds = "too few buyers for an interval"
    tiles(
        run,
        "influencer",
        [
            Tile("attributed_revenue", about["attributed_revenue"]),
            Tile("total_cost", about["total_cost"]),
            Tile("roi_pct", about["roi_pct"], bounds or None),
            Tile(
                "conversions", about["conversions"], f"{text.number(about['new_customers'], 1)} new customers"
            ),
            Tile("cpa", about["cpa"], f"{text.short(about['cac'])} per new customer"),
            Tile("visitors", about["visitors"], f"{text.short(about['sessions'])} visits"),
            Tile("conversion_rate", about["conversion_rate"]),
            Tile("micro_conversion_rate", about["micro_conversion_rate"]),
            Tile("average_order_value", about["average_order_value"]),
            Tile("ltv_per_customer", about.get("ltv_per_customer")),
        ],
    )


def _evidence(source: Source, influencer_id: str, model: str) -> None:
    with section("How we know", "Orders by what ties them to the influencer; the same under every model."):
        found = source.ask(influencers.evidence_of, influencer_id, model)
        if not any(number for _, number in found):
            nothing("No order is tied to this influencer yet.")
            return
        data = pd.DataFrame(
            [(EVIDENCE[name][0], number) for name, number in found], columns=["label", "orders"]
        )
        spoken = ", ".join(f"{EVIDENCE[name][0]} {number}" for name, number in found)
        charts.draw(charts.bars(data, "orders", "label", "Orders"), f"Orders by evidence: {spoken}.")
        meanings = [f"**{EVIDENCE[name][0]}**: {EVIDENCE[name][1]}" for name, _ in found]
        st.caption("; ".join(meanings) + ".")


def _models(source: Source, influencer_id: str, model: str) -> None:
    currency = source.run.currency
    with section("Under each model", f"Credited revenue in {text.markdown(currency)}, all time."):
        table = source.ask(influencers.models_of, influencer_id)
        model_bars(table, model, currency, "", "influencer_models")


def _weeks(source: Source, influencer_id: str, model: str) -> None:
    with section("Trend"):
        table = source.ask(influencers.weeks_of, influencer_id, model)
        if not table:
            nothing("There has been no visit, order or cost yet.")
            return
        note = f"By week, {text.markdown(source.run.currency)}, {model_label(model)}."
        last = source.run.last_day
        if last is not None and (last - table.column("period")[-1]).days < DAYS_OF_WEEK:
            note += words.unfinished("week", last)
        st.caption(note)
        charts.draw(
            charts.revenue_and_cost(tables.frame(table), "week", source.run.currency),
            f"Revenue and cost by week, {len(table)} weeks; the figures are in the download below.",
        )
        tables.download(table, "influencer_weeks")


def _posts(source: Source, influencer_id: str, model: str) -> None:
    note = (
        f"{model_label(model)}, money in {text.markdown(source.run.currency)}. "
        "The row without a post is what belongs to none."
    )
    with section("Posts", note):
        table = source.ask(influencers.posts_of, influencer_id, model)
        tables.show(
            table,
            {
                "posted_at": Column("Posted (UTC)", "time", pinned=True),
                "platform": Column("Platform"),
                "content_format": Column("Format"),
                "campaign_name": Column("Campaign"),
                "impressions": Column("Shown", "count", "Times shown, as the platform reported."),
                "sessions": Column("Visits", "count", FIGURES["sessions"].meaning),
                "conversion_rate": Column("Conversion", "share", FIGURES["conversion_rate"].meaning),
                "conversions": Column("Orders", "credit", FIGURES["conversions"].meaning),
                "attributed_revenue": Column("Revenue", "money", FIGURES["attributed_revenue"].meaning),
                "total_cost": Column(
                    "Cost", "money", "Its own cost and an even share of the campaign's fee."
                ),
                "roi_pct": Column("ROI", "pct", FIGURES["roi_pct"].meaning),
            },
            "influencer_posts",
            "Posts of this influencer, the newest first",
            empty="The registry has no posts of this influencer.",
        )


def _halo(source: Source, influencer_id: str) -> None:
    with section("Orders without a trace", halo.MEANING):
        table = source.ask(halo.halo_of, influencer_id)
        if table:
            st.markdown(text.markdown(source.ask(halo.verdict), 400))
        tables.show(
            table,
            {
                "posted_at": Column("Posted (UTC)", "time", pinned=True),
                "platform": Column("Platform"),
                "content_format": Column("Format"),
                "observed_orders": Column("Orders", "count", "Without a trace, in the days after the post."),
                "expected_orders": Column("Expected", "credit", "In these days without this post."),
                "halo_orders": Column("More", "credit", "Drawn to what posts bring on average."),
                "halo_orders_low": Column("Low", "credit", "Low end of its interval."),
                "halo_orders_high": Column("High", "credit", "High end of its interval."),
            },
            "influencer_halo",
            "Orders without a trace after each post of this influencer",
            empty="No post of this influencer can be judged.",
        )


def _codes(source: Source, influencer_id: str) -> None:
    with section(
        "Codes", "Redeemed without any sign of the audience, a code may have leaked to coupon sites."
    ):
        table = source.ask(influencers.codes_of, influencer_id)
        tables.show(
            table,
            {
                "promo_code": Column("Code", pinned=True),
                "redemptions": Column("Redeemed", "count"),
                "revenue": Column(f"Revenue ({text.markdown(source.run.currency)})", "money"),
                "without_sign_share": Column("No sign", "share", "Redemptions with no visit or other sign."),
                "leak_score": Column("Leak", "count", "0 to 100: how much it looks like a leaked code."),
            },
            "influencer_codes",
            "Codes of this influencer and how they are used",
            empty="The registry has no code of this influencer.",
        )


def _goals(source: Source, influencer_id: str, model: str) -> None:
    with section("Steps before a purchase", "What people did in visits through the influencer's links."):
        table = source.ask(influencers.goals_of, influencer_id, model)
        tables.show(
            table,
            {
                "conversion_type": Column("Step", pinned=True),
                "goals_reached": Column("Times", "count"),
                "goal_rate": Column("Of visits", "share", "Share of the visits in which it happened."),
                "people": Column("People", "count"),
                "goal_to_purchase_rate": Column("Bought", "share", "Share of these people who bought later."),
            },
            "influencer_goals",
            "Goals reached in visits of this influencer's audience",
            empty="No visit has reached a goal yet.",
        )
