"""Journeys: one customer's way to the purchase; how long ways are, and where influencers stand on them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.parts import charts, tables
from dashboards.parts.choices import choose_model
from dashboards.parts.page import explanation, head, nothing, section
from dashboards.parts.source import Source, settings
from dashboards.parts.tables import Column
from orchestration.lib.readers import journeys, text
from orchestration.lib.readers.explain import model_label
from orchestration.lib.readers.filters import Filters

KINDS = {"order": "Order number", "customer": "Customer id", "email": "E-mail"}
POSITIONS = {
    "only": "The only touch",
    "first": "First of several",
    "middle": "In the middle",
    "last": "Last of several",
}
PERSON = "person"


def view(source: Source) -> None:
    """Draws the page."""
    place = st.container()
    model = choose_model(source)
    with place:
        head("Journeys", source, Filters(model))
    _find(source)
    person = st.query_params.get(PERSON)
    if person:
        _person(source, person, model)
    _summary(source)
    _lengths(source)
    _positions(source)
    explanation(source.run, model, "attributed_revenue", "conversions")


def _find(source: Source) -> None:
    with section("Find a customer"), st.form("find", clear_on_submit=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.selectbox("By", list(KINDS), format_func=KINDS.__getitem__, width=180)
            value = st.text_input(
                "Value", autocomplete="off", width=340, placeholder="Exactly as in the shop"
            )
            asked = st.form_submit_button("Find", type="primary")
        st.caption(
            "An e-mail or customer id is hashed here and forgotten: it is in no file, log or address. "
            "The link that "
            "you get holds a keyed hash."
        )
    if not asked or not value:
        return
    key = settings().hash_key
    if kind == "order":
        found = journeys.find_by_order(source.reader, value)
    elif not key:
        nothing(
            "There is no hash key here, so only order numbers can be found. Set ROI_HASH_KEY as the "
            "runs have it."
        )
        return
    elif kind == "customer":
        found = journeys.find_by_customer(source.reader, value, key)
    else:
        found = journeys.find_by_email(source.reader, value, key)
    if found is None:
        nothing(f"No purchase or contact has this {KINDS[kind].lower()}.")
        st.query_params.pop(PERSON, None)
        return
    st.query_params[PERSON] = found


def _person(source: Source, person: str, model: str) -> None:
    with section("From first touch to purchase"):
        table = source.ask(journeys.timeline, person)
        if not table:
            nothing(
                "Nothing is known of this person's way: no visit, code or purchase. Clear the address "
                "to go on."
            )
            return
        purchases = sum(1 for row in table.dicts() if row["conversion_type"] == "purchase")
        first, last = table.column("event_at")[0], table.column("event_at")[-1]
        st.caption(
            f"{len(table)} events from {text.moment(first)} to {text.moment(last)}, {purchases} of them "
            f"purchases (diamonds); touches of influencers are orange. Money in "
            f"{text.markdown(source.run.currency)}."
        )
        data = tables.frame(table)
        data["what"] = [_event(row) for row in table.dicts()]
        data["kind"] = [_kind(row) for row in table.dicts()]
        charts.draw(
            charts.timeline(data),
            f"The person's {len(table)} events in the order of time; they are listed below.",
        )
        tables.show(
            table,
            {
                "event_at": Column("When (UTC)", "time", pinned=True),
                "event_type": Column("Event"),
                "channel": Column("Channel"),
                "influencer_name": Column("Influencer"),
                "platform": Column("Platform"),
                "conversion_type": Column("Reached"),
                "order_id": Column("Order"),
                "revenue": Column("Revenue", "cents"),
                "hours_from_previous_event": Column("Hours later", "hours"),
            },
            "journey",
            "The person's events in the order of time",
        )
    with section("Who gets credit", f"{model_label(model)}: how each purchase is shared out."):
        credit = source.ask(journeys.credit_of, person, model)
        tables.show(
            credit,
            {
                "order_id": Column("Order", pinned=True),
                "converted_at": Column("Ordered (UTC)", "time"),
                "channel": Column("Channel"),
                "influencer_name": Column("Influencer"),
                "evidence": Column("Evidence"),
                "touched_at": Column("Touched (UTC)", "time"),
                "credit": Column("Credit", "share"),
                "attributed_revenue": Column(f"Revenue ({text.markdown(source.run.currency)})", "cents"),
            },
            "journey_credit",
            "Credit of each touch before the person's purchases",
            empty="There is no purchase to share out.",
        )


def _event(row: dict[str, object]) -> str:
    """What happened, for the picture: the influencer's name, else the channel, else what was reached."""
    if row["influencer_name"]:
        return text.name(row["influencer_name"], 30)
    if row["conversion_type"]:
        return str(row["conversion_type"]).replace("_", " ")
    return str(row["channel"] or row["event_type"]).replace("_", " ")


def _kind(row: dict[str, object]) -> str:
    """The event's row in the picture: goals and purchases apart."""
    if row["event_type"] != "conversion":
        return str(row["event_type"])
    return "purchase" if row["conversion_type"] == "purchase" else "goal"


def _summary(source: Source) -> None:
    with section("All journeys before a purchase"):
        found = source.ask(journeys.summary)
        if not found["purchases"]:
            nothing("There are no purchases yet.")
            return
        share = (found["with_influencer"] or 0) / found["purchases"]
        days = found["average_hours"] / 24 if found["average_hours"] is not None else None
        st.markdown(
            f"A purchase takes {text.number(found['average_touches'], 1)} touches and "
            f"{text.number(days)} days "
            f"from the first one on average. An influencer is part of {text.share(share, 0)} of the "
            f"{text.number(found['purchases'])} purchases; {text.number(found['with_several'])} have several."
        )


def _lengths(source: Source) -> None:
    with section("How long they are", "Purchases by number of touches."):
        table = source.ask(journeys.path_lengths)
        if not table:
            nothing("There are no purchases yet.")
            return
        rows = []
        for row in table.dicts():
            with_one = int(row["with_influencer"])
            length = str(row["path_length"])
            if row["path_length"] == journeys.LONGEST_PATH:
                length += "+"
            rows.append((length, "With an influencer", with_one))
            rows.append((length, "Without", int(row["conversions"]) - with_one))
        data = pd.DataFrame(rows, columns=["touches", "kind", "purchases"])
        charts.draw(
            charts.columns(data, "touches", "kind", "purchases", "Touches before the purchase", "Purchases"),
            "Purchases by number of touches; the figures are in the download below.",
        )
        tables.download(table, "path_lengths")


def _positions(source: Source) -> None:
    with section("Where influencers stand", "Touches of influencers in journeys before a purchase."):
        found = source.ask(journeys.positions)
        if not any(found.values()):
            nothing("No influencer has been part of a journey yet.")
            return
        data = pd.DataFrame(
            [(POSITIONS[name], value) for name, value in found.items()], columns=["label", "touches"]
        )
        spoken = ", ".join(f"{POSITIONS[name]} {value}" for name, value in found.items())
        charts.draw(
            charts.bars(data, "touches", "label", "Touches"), f"Touches of influencers by position: {spoken}."
        )
