"""Executive: what came back for what was spent, how that went, who is best and worst, what changed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.parts import charts, tables
from dashboards.parts.choices import choose
from dashboards.parts.figures import Tile, formatted, tiles
from dashboards.parts.page import explanation, head, nothing, section, statement
from dashboards.parts.source import Source
from dashboards.views.last_run import last_run
from orchestration.lib.readers import Run, executive, text, words
from orchestration.lib.readers.executive import Change, Totals
from orchestration.lib.readers.explain import model_label
from orchestration.lib.readers.filters import DAILY, Filters

BEST_AND_WORST = 5
MOVERS = 8


def view(source: Source) -> None:
    """Draws the page."""
    place = st.container()
    filters = choose(source)
    with place:
        head("What influencers brought in", source, filters)
    totals = source.ask(executive.totals, filters)
    if not totals.influencers:
        nothing("No influencer matches these filters. Widen them, or add influencers to the registry.")
        return
    statement(words.headline(source.run, totals))
    _tiles(source.run, totals)
    _trend(source, filters)
    _best_and_worst(source, filters)
    _changes(source, filters)
    last_run(source, filters)
    explanation(
        source.run,
        filters.model,
        *("attributed_revenue", "total_cost", "roi_pct", "conversions", "new_customers", "cpa", "cac"),
    )


def _tiles(run: Run, totals: Totals) -> None:
    bounds = text.interval(totals.roi_low, totals.roi_high, text.PCT)
    tiles(
        run,
        "totals",
        [
            Tile("attributed_revenue", totals.revenue),
            Tile("total_cost", totals.cost),
            Tile("roi_pct", totals.roi_pct, bounds or None),
            Tile("conversions", totals.conversions, f"{text.number(totals.new_customers)} new customers"),
            Tile("cpa", totals.cpa, f"{text.short(totals.cac)} per new customer"),
        ],
    )


def _trend(source: Source, filters: Filters) -> None:
    with section("Trend"):
        source.reader.require(DAILY)
        days = source.ask(executive.span, filters)
        if days is None:
            nothing("There is no visit, order or cost in this period.")
            return
        by = executive.grain(*days)
        table = source.ask(executive.trend, filters, by)
        currency = source.run.currency
        st.caption(
            f"By {by}, {text.markdown(currency)}, {model_label(filters.model)}. Fees lie on their "
            f"campaign's days.{words.unfinished(by, days[1])}"
        )
        charts.draw(
            charts.revenue_and_cost(tables.frame(table), by, currency),
            f"Revenue and cost in {currency} by {by}, {len(table)} points; the figures are in the "
            "download below.",
        )
        tables.download(table, "trend")


def _best_and_worst(source: Source, filters: Filters) -> None:
    note = f"ROI in per cent, {model_label(filters.model)}, {words.period(source.run, filters)}. " + (
        f"Lines are {source.run.interval_pct:g}{text.PCT} intervals: where two overlap widely, chance "
        "may have "
        "ordered them."
        if filters.is_all_time
        else "Intervals are estimated over all time only."
    )
    with section("Best and worst", note):
        table = source.ask(executive.ranking, filters, BEST_AND_WORST)
        if not table:
            nothing("No influencer has a cost in this period, so none has an ROI.")
            return
        data = _labelled(tables.frame(table))
        charts.draw(
            charts.intervals(data, "roi_pct", "roi_pct_low", "roi_pct_high", "ROI %"),
            f"ROI of the {len(table)} best and worst influencers with intervals; the figures are in the "
            "download below.",
        )
        number, cost = source.ask(executive.silent, filters)
        if number:
            who = "1 influencer has" if number == 1 else f"{text.number(number)} influencers have"
            st.caption(
                f"{who} cost {text.number(cost)} {text.markdown(source.run.currency)} and no credited "
                "revenue at all."
            )
        tables.download(table, "best_and_worst")


def _changes(source: Source, filters: Filters) -> None:
    with section("What changed"):
        source.reader.require(DAILY)
        found = source.ask(executive.change, filters)
        if found is None:
            nothing(f"There are fewer than {2 * executive.COMPARED_DAYS} days of data to compare.")
            return
        st.caption(
            f"{_days(found.now)} against the {executive.COMPARED_DAYS} days before; the newest orders "
            "may still gain or "
            "lose by refunds."
        )
        _change_tiles(source.run, found)
        table = source.ask(executive.movers, found, MOVERS)
        money = text.markdown(source.run.currency)
        tables.show(
            table,
            {
                "influencer_name": tables.Column("Influencer", pinned=True),
                "revenue_change": tables.Column(f"Change ({money})", "money"),
                "revenue_before": tables.Column("Revenue before", "money"),
                "revenue_now": tables.Column("Revenue now", "money"),
                "cost_before": tables.Column("Cost before", "money"),
                "cost_now": tables.Column("Cost now", "money"),
            },
            "what_changed",
            "The influencers whose revenue changed most",
            empty="No influencer's revenue changed.",
        )


def _change_tiles(run: Run, found: Change) -> None:
    now, before = found.totals_now, found.totals_before
    tiles(
        run,
        "change",
        [
            Tile("attributed_revenue", now.revenue, _against(now.revenue, before.revenue)),
            Tile("total_cost", now.cost, _against(now.cost, before.cost)),
            Tile("roi_pct", now.roi_pct, f"before {text.percent(before.roi_pct)}"),
            Tile("conversions", now.conversions, _against(now.conversions, before.conversions)),
            Tile("new_customers", now.new_customers, _against(now.new_customers, before.new_customers)),
        ],
    )


def _against(now: float, before: float) -> str:
    was = f"before {formatted('count', float(before), '')}"
    return f"{text.percent(float(now - before) / float(before) * 100, signed=True)}, {was}" if before else was


def _days(filters: Filters) -> str:
    return f"{text.day(filters.since)} to {text.day(filters.until)}"


def _labelled(data: pd.DataFrame) -> pd.DataFrame:
    names = [text.name(name) for name in data["influencer_name"]]
    return data.assign(label=charts.labels(names, data["influencer_id"].astype(str).tolist()))
