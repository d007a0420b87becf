"""Puts the report together. Every text from data is escaped where it enters the page."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from orchestration.lib.readers import (
    MissingTableError,
    Reader,
    Run,
    changes,
    executive,
    open_reader,
    read_run,
    text,
    words,
)
from orchestration.lib.readers.executive import Totals
from orchestration.lib.readers.explain import model_label
from orchestration.lib.readers.filters import Filters
from orchestration.lib.report.svg import Bar, intervals, trend

BEST_AND_WORST = 5
MOVERS = 8
_EXPLAINED = ("attributed_revenue", "total_cost", "roi_pct", "conversions", "new_customers", "cpa", "cac")


class ReportError(RuntimeError):
    """The report cannot be made or written; the message says why and what to do."""


def write_report(published: Path, out: Path, model: str | None = None) -> None:
    """Writes the report of the published file, under the model that recommendations go by or the one named.

    Raises:
        ReaderError: the published file is missing or cannot be read.
        ReportError: the model is unknown, or the file cannot be written.
    """
    reader = open_reader(published)
    try:
        html = render(reader, model)
    finally:
        reader.close()
    aside = out.with_name(f".{out.name}.{secrets.token_hex(4)}.tmp")
    try:
        aside.write_text(html, encoding="utf-8")
        os.replace(aside, out)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ReportError(f"{out} cannot be written: {error.strerror or error}.") from error


def render(reader: Reader, model: str | None = None) -> str:
    """The whole page as HTML.

    Raises:
        ReportError: the model is unknown.
    """
    run = read_run(reader)
    if model is not None and model not in run.models:
        known = ", ".join(run.models) or "none"
        raise ReportError(
            f"There is no attribution model {model!r} in {reader.published}; there are: {known}."
        )
    filters = Filters(model or run.decision_model)
    style = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    totals = executive.totals(reader, filters)
    body = [
        f"<h1>What influencers brought in</h1><p class='about'>{escape(words.about(run, filters))}</p>",
        f"<p class='headline'>{escape(words.headline(run, totals))}</p>",
        _tiles(run, totals),
        _section("Trend", _trend, reader, run, filters),
        _section("Best and worst", _best_and_worst, reader, run, filters),
        _section("What changed", _changes, reader, run, filters),
        _section("Changed by the last run", _last_run, reader, run, filters),
        _meanings(run, filters),
    ]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        # Nothing is loaded, whatever a mail program or a name in the data would like.
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src "
        "'unsafe-inline'\">"
        f"<title>Influencer ROI</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _section(
    title: str, part: Callable[[Reader, Run, Filters], str], reader: Reader, run: Run, filters: Filters
) -> str:
    try:
        inside = part(reader, run, filters)
    except MissingTableError as error:
        inside = f"<p class='note'>{escape(str(error))}</p>"
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _tiles(run: Run, totals: Totals) -> str:
    money = run.currency
    tiles = [
        ("Revenue", f"{text.short(totals.revenue)} {money}", ""),
        ("Cost", f"{text.short(totals.cost)} {money}", ""),
        ("ROI", text.percent(totals.roi_pct), text.interval(totals.roi_low, totals.roi_high, text.PCT)),
        ("Orders", text.number(totals.conversions), f"{text.number(totals.new_customers)} new customers"),
        ("Cost per order", f"{text.short(totals.cpa)} {money}", f"{text.short(totals.cac)} per new customer"),
    ]
    return "<div class='tiles'>" + "".join(_tile(*tile) for tile in tiles) + "</div>"


def _tile(label: str, value: str, note: str) -> str:
    return (
        f"<div class='tile'><div class='label'>{escape(label)}</div><div class='value'>{escape(value)}</div>"
        f"<div class='note'>{escape(note)}</div></div>"
    )


def _trend(reader: Reader, run: Run, filters: Filters) -> str:
    days = executive.span(reader, filters)
    if days is None:
        return "<p class='note'>There is no visit, order or cost yet.</p>"
    by = executive.grain(*days)
    table = executive.trend(reader, filters, by)
    revenue = [float(value) for value in table.column("attributed_revenue")]
    cost = [float(value) for value in table.column("total_cost")]
    note = f"By {by}, {run.currency}, {model_label(filters.model)}. Fees lie on their campaign's days."
    note += words.unfinished(by, days[1])
    legend = "<span class='key revenue'></span>Revenue <span class='key cost'></span>Cost"
    return (
        f"<p class='note'>{escape(note)}</p><p class='legend'>{legend}</p>"
        + trend(table.column("period"), revenue, cost, by)
        + _table(
            [by.capitalize(), "Revenue", "Cost", "Orders"],
            [
                [text.day(row[0]), text.number(row[1]), text.number(row[2]), text.number(row[3], 1)]
                for row in table.rows
            ],
            "The figures",
        )
    )


def _best_and_worst(reader: Reader, run: Run, filters: Filters) -> str:
    table = executive.ranking(reader, filters, BEST_AND_WORST)
    if not table:
        return "<p class='note'>No influencer has a cost, so none has an ROI.</p>"
    rows = table.dicts()
    note = (
        f"ROI in per cent, {model_label(filters.model)}, {words.period(run, filters)}. Lines are "
        f"{run.interval_pct:g}{text.PCT} intervals: where two overlap widely, chance may have ordered them."
    )
    bars = [
        Bar(row["influencer_name"], row["roi_pct"], row["roi_pct_low"], row["roi_pct_high"]) for row in rows
    ]
    shown = [
        [
            text.name(row["influencer_name"]),
            text.number(row["attributed_revenue"]),
            text.number(row["total_cost"]),
            text.percent(row["roi_pct"]),
            text.interval(row["roi_pct_low"], row["roi_pct_high"], text.PCT) or text.NONE,
        ]
        for row in rows
    ]
    heads = ["Influencer", f"Revenue ({run.currency})", f"Cost ({run.currency})", "ROI", "Interval"]
    return (
        f"<p class='note'>{escape(note)}</p>"
        + intervals(bars, "ROI of the best and the worst influencers, with intervals")
        + _table(heads, shown, "The figures")
    )


def _changes(reader: Reader, run: Run, filters: Filters) -> str:
    found = executive.change(reader, filters)
    if found is None:
        return (
            f"<p class='note'>There are fewer than {2 * executive.COMPARED_DAYS} days of data to compare.</p>"
        )
    now, before = found.totals_now, found.totals_before
    days = f"{text.day(found.now.since)} to {text.day(found.now.until)}"
    sentence = (
        f"{days} against the {executive.COMPARED_DAYS} days before: revenue {text.number(now.revenue)} "
        f"(before {text.number(before.revenue)}) {run.currency}, cost {text.number(now.cost)} "
        f"({text.number(before.cost)}), orders {text.number(now.conversions, 1)} "
        f"({text.number(before.conversions, 1)}), ROI {text.percent(now.roi_pct)} "
        f"({text.percent(before.roi_pct)})."
    )
    table = executive.movers(reader, found, MOVERS)
    shown = [
        [
            text.name(row["influencer_name"]),
            text.number(row["revenue_change"]),
            text.number(row["revenue_before"]),
            text.number(row["revenue_now"]),
        ]
        for row in table.dicts()
    ]
    heads = ["Influencer", f"Change ({run.currency})", "Revenue before", "Revenue now"]
    return f"<p>{escape(sentence)}</p>" + (_table(heads, shown) if shown else "")


def _last_run(reader: Reader, run: Run, filters: Filters) -> str:
    note = f"<p class='note'>{escape(changes.MEANING)}</p>"
    last = changes.last_run(reader)
    if last is None:
        return note + "<p>There was one run only, so there is nothing to compare it with.</p>"
    found = changes.causes(reader, last, filters)
    told = f"<p>{escape(last.sentence)} {escape(changes.totals(found))}</p>"
    if not found:
        return note + told
    shown = [
        [
            text.name(row["influencer_name"]),
            f"{row['revenue_change']:+,.2f}",
            f"{row['cost_change']:+,.2f}",
            row["cause"],
        ]
        for row in changes.movers(reader, last, filters, MOVERS).dicts()
    ]
    heads = ["Influencer", f"Revenue ({run.currency})", f"Cost ({run.currency})", "Mostly by"]
    return note + told + _table(heads, shown)


def _meanings(run: Run, filters: Filters) -> str:
    listed = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>"
        for term, meaning in words.meanings(run, filters.model, _EXPLAINED)
    )
    return f"<section><h2>What these figures mean</h2><dl>{listed}</dl></section>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], summary: str | None = None) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<div class='table'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    return f"<details><summary>{escape(summary)}</summary>{table}</details>" if summary else table
