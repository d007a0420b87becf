"""The ROI table on the terminal: what each influencer brought under three attribution models, and cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.table import Table
from rich.text import Text

from orchestration.lib.terminal import plain

# Three answers that bracket the truth: who began the journey, everybody in it, who closed it.
MODELS = ("first_touch", "position_based", "last_touch")
# The model whose ROI and CPA are shown: it gives both starting and closing a post their share.
MAIN_MODEL = "position_based"
NAME_WIDTH = 28
MISSING = "-"


@dataclass(frozen=True)
class InfluencerRoi:
    """One line of the table; money in the reporting currency.

    Attributes:
        revenue: attributed revenue by attribution model, in the order of `MODELS`.
        cpa: cost per conversion under the main model, None without conversions.
        roi_pct: return on cost under the main model in percent, None without cost.
    """

    name: str
    revenue: tuple[Decimal | None, ...]
    cost: Decimal | None
    cpa: Decimal | float | None
    roi_pct: Decimal | float | None


def read_roi(published: Path) -> list[InfluencerRoi]:
    """The lines, the highest ROI first, those without cost after them by revenue, then by name."""
    revenue = ", ".join(
        f"max(attributed_revenue) filter (where attribution_model = '{model}')" for model in MODELS
    )
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            f"""
            select
                any_value(influencer_name),
                max(total_cost),
                max(cpa) filter (where attribution_model = $main),
                max(roi_pct) filter (where attribution_model = $main) as roi_pct,
                {revenue}
            from marts.mart_influencer_roi
            group by influencer_id
            order by
                roi_pct desc nulls last,
                max(attributed_revenue) filter (where attribution_model = $main) desc nulls last,
                influencer_id
            """,
            {"main": MAIN_MODEL},
        ).fetchall()
    return [InfluencerRoi(row[0] or "", tuple(row[4:]), row[1], row[2], row[3]) for row in rows]


def roi_table(lines: list[InfluencerRoi], currency: str, limit: int = 25) -> Table:
    """The table for a terminal; at most `limit` influencers, the rest is summed up in the caption."""
    table = Table(
        title=f"Influencer ROI, all time, {plain(currency, 3)}",
        caption=f"Revenue under {', '.join(MODELS)}; CPA and ROI under {MAIN_MODEL}. "
        "ROI % = (revenue - cost) / cost x 100.",
        header_style="bold",
    )
    table.add_column("Influencer", max_width=NAME_WIDTH, no_wrap=True)
    numbers = [_numbers(line) for line in lines[:limit]]
    titles = [*("Revenue\n" + model.replace("_", "\n") for model in MODELS), "Cost", "CPA", "ROI %"]
    for position, title in enumerate(titles):
        # A narrow terminal takes from the names: a number that is cut is a wrong number.
        widest = max((len(row[position]) for row in numbers), default=1)
        table.add_column(title, justify="right", no_wrap=True, min_width=widest)
    for line, row in zip(lines, numbers, strict=False):
        table.add_row(Text(plain(line.name, NAME_WIDTH)), *row)
    if len(lines) > limit:
        table.caption = f"{limit} of {len(lines)} influencers. {table.caption}"
    return table


def _numbers(line: InfluencerRoi) -> list[Text]:
    money = [_money(amount) for amount in (*line.revenue, line.cost)]
    return [*map(Text, money), Text(_money(line.cpa, places=2)), _percent(line.roi_pct)]


def _money(amount: Decimal | float | None, places: int = 0) -> str:
    return MISSING if amount is None else f"{amount:,.{places}f}"


def _percent(share: Decimal | float | None) -> Text:
    if share is None:
        return Text(MISSING)
    return Text(f"{share:,.0f}", style="green" if share > 0 else "red" if share < 0 else "")
