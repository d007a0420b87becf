"""`roi plan`: what to spend on whom next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from orchestration.commands.output import console, fail, line, settings_or_fail
from orchestration.lib.terminal import plain

if TYPE_CHECKING:
    from orchestration.lib.readers.plan import BudgetPlan

NAME_WIDTH = 28
BASIS = {
    "own": "their own data",
    "tier": "mostly their tier",
    "all": "mostly all influencers",
    "none": "nothing",
}


def plan(
    budget: Annotated[
        float | None,
        typer.Option(min=0.01, help="What there is to spend; without it as much as in the period before."),
    ] = None,
    max_change: Annotated[
        float | None,
        typer.Option(min=1, help="Most per cent that a spend may change, instead of plan_max_change_pct."),
    ] = None,
) -> None:
    """Say what to spend on whom next, what it should gain, and how sure that is."""
    from orchestration.lib.readers import ReaderError
    from orchestration.lib.readers.database import open_reader
    from orchestration.lib.readers.plan import read_plan, sentences

    try:
        reader = open_reader(settings_or_fail().published)
        try:
            found = read_plan(reader, budget, max_change)
        finally:
            reader.close()
    except ReaderError as error:
        fail(str(error))
    out = console()
    for sentence in sentences(found):
        line(sentence, out)
    if found.planned:
        out.print()
        out.print(_table(found))
    idle = len(found.lines) - len(found.planned)
    if found.planned and idle:
        line(
            f"Not planned, for want of a spend in the period: {idle} influencer{'s' if idle > 1 else ''}.",
            out,
        )


def _table(found: BudgetPlan) -> Table:
    table = Table(
        title=f"Budget plan, {plain(found.currency, 3)}, by {found.value_basis} under {found.model}",
        caption="Gain: value less spend, against spending as before. "
        "Next unit: what one more unit of spend brings.",
        header_style="bold",
    )
    table.add_column("Influencer", max_width=NAME_WIDTH, no_wrap=True)
    for title in ("Before", "Plan", "Change %", "Gain", "Gain, interval", "Next unit"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Known from")
    for row in found.planned:
        name = plain(row["influencer_name"] or row["influencer_id"], NAME_WIDTH)
        interval = "-" if row["gain_low"] is None else f"{row['gain_low']:,.0f} to {row['gain_high']:,.0f}"
        change = (float(row["planned_spend"]) / float(row["spend_before"]) - 1) * 100
        table.add_row(
            Text(name),
            *(f"{row[column]:,.0f}" for column in ("spend_before", "planned_spend")),
            f"{change:+,.0f}",
            _number(row["expected_gain"]),
            interval,
            _number(row["next_unit_value"], 2),
            BASIS[row["curve_basis"]],
        )
    table.add_section()
    first = found.planned[0]
    low, high = first["plan_gain_low"], first["plan_gain_high"]
    table.add_row(
        "All",
        f"{sum(row['spend_before'] for row in found.planned):,.0f}",
        f"{sum(row['planned_spend'] for row in found.planned):,.0f}",
        "",
        _number(first["plan_gain"]),
        "-" if low is None else f"{low:,.0f} to {high:,.0f}",
    )
    return table


def _number(value: Any, places: int = 0) -> str:
    return "-" if value is None else f"{value:,.{places}f}"
