"""Models: the same orders under every attribution model, and what the choice of one changes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.parts import address, charts, pages, tables
from dashboards.parts.choices import choose_model
from dashboards.parts.model_bars import model_bars
from dashboards.parts.page import explanation, head, nothing, section, statement
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import models, text
from orchestration.lib.readers.explain import FIGURES, model_label, model_meaning
from orchestration.lib.readers.filters import Filters

MEASURES = {"roi_pct": "ROI %", "attributed_revenue": "Revenue", "conversions": "Orders"}
COMPARED = "last_touch"


def view(source: Source) -> None:
    """Draws the page."""
    place = st.container()
    if not source.run.models:
        head("Models", source)
        nothing("There are no influencers in the registry, so there is nothing to compare.")
        return
    model = choose_model(source)
    with place:
        head("What the choice of a model changes", source, Filters(model))
    _verdict(source)
    _overview(source, model)
    _spread(source, model)
    _ranks(source, model)
    _side_by_side(source)
    _meanings(source)
    explanation(source.run, None, "attributed_revenue", "conversions", "roi_pct")


def _verdict(source: Source) -> None:
    found = {row["verdict"]: row for row in source.ask(models.verdicts).dicts()}
    if not found:
        nothing("No influencer has a cost, so none has an ROI under any model.")
        return
    number = {
        name: found[name]["influencers"] if name in found else 0 for name in ("always", "never", "depends")
    }
    statement(
        f"{number['always']} influencers pay off under every model and {number['never']} under none; "
        f"for {number['depends']} it depends on the model."
    )


def _overview(source: Source, model: str) -> None:
    currency = source.run.currency
    note = (
        f"Revenue that each model credits to all influencers together, {text.markdown(currency)}, all time."
    )
    with section("All influencers together", note):
        model_bars(source.ask(models.overview), model, currency, " of all influencers", "models")


def _spread(source: Source, model: str) -> None:
    note = (
        f"ROI in per cent of the {models.SHOWN} influencers that cost most. A tick is a model, the dot is "
        f"{model_label(model)}. A long line means: ask for more evidence before you decide."
    )
    with section("How far the models are apart", note):
        table = source.ask(models.spread, model)
        if not table:
            nothing("No influencer has a cost.")
            return
        data = tables.frame(table)
        names = [text.name(name) for name in data["influencer_name"]]
        unique = data.assign(label=names).drop_duplicates("influencer_id")
        labels = dict(
            zip(
                unique["influencer_id"],
                charts.labels(unique["label"].tolist(), unique["influencer_id"].tolist()),
                strict=True,
            )
        )
        drawn = pd.DataFrame(
            {
                "label": [labels[key] for key in data["influencer_id"]],
                "model": [model_label(name) for name in data["attribution_model"]],
                "value": data["roi_pct"],
            }
        )
        charts.draw(
            charts.ranges(drawn, "ROI %", model_label(model)),
            f"ROI of {len(labels)} influencers under each model; the figures are in the download below.",
        )
        tables.download(table, "model_spread")


def _ranks(source: Source, model: str) -> None:
    with section("Who moves", "Ranks by credited revenue, all influencers of the registry, all time."):
        others = [name for name in source.run.models if name != model]
        if not others:
            nothing("There is only one model.")
            return
        other = address.select(
            f"{model_label(model)} against",
            others,
            COMPARED if COMPARED in others else others[0],
            "against",
            model_label,
            width=260,
        )
        money = text.markdown(source.run.currency)
        pages.show(
            source,
            models.rank_changes,
            (model, other),
            {
                "influencer_name": Column("Influencer", pinned=True),
                "place": Column("Rank", "count", f"Rank under {model_label(model)}."),
                "other_place": Column("Other rank", "count", f"Rank under {model_label(other)}."),
                "places_gained": Column("Places gained", "count", "Positive: better under the other model."),
                "attributed_revenue": Column(f"Revenue ({money})", "money"),
                "other_revenue": Column(f"Other revenue ({money})", "money"),
            },
            "model_ranks",
            f"Ranks under {model_label(model)} and {model_label(other)}",
            "Greatest change",
        )


def _side_by_side(source: Source) -> None:
    with section("Side by side"):
        measure = address.segments(
            "Figure",
            list(MEASURES),
            "roi_pct",
            "figure",
            MEASURES.__getitem__,
            label_visibility="collapsed",
        )
        kind = {"roi_pct": "pct", "attributed_revenue": "money", "conversions": "credit"}[measure]
        figure = FIGURES[measure]
        columns = {"influencer_name": Column("Influencer", pinned=True)}
        for name in sorted(source.run.models):
            columns[name] = Column(model_label(name), kind, model_meaning(name))
        unit = f", {text.markdown(source.run.currency)}" if figure.unit == "money" else ""
        st.caption(f"{figure.label} under each model{unit}, all time.")
        pages.show(
            source,
            models.side_by_side,
            (measure,),
            columns,
            f"models_{measure}",
            f"{figure.label} of influencers under each model",
            "Name",
        )


def _meanings(source: Source) -> None:
    with st.expander("What each model does"):
        st.markdown(
            "\n\n".join(f"**{model_label(name)}.** {model_meaning(name)}" for name in source.run.models)
        )
