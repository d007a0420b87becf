"""Figures in tiles: a label with its unit, a number, and on request what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from orchestration.lib.readers import Run, text
from orchestration.lib.readers.explain import FIGURES

# Credited orders are rarely whole; below this the first decimal says something.
ROUND_FROM = 100


@dataclass(frozen=True)
class Tile:
    """One figure of `explain.FIGURES`; `note` stands below it, `values` are its small line of history."""

    figure: str
    value: Any
    note: str | None = None
    values: Sequence[float] | None = None


def tiles(run: Run, key: str, shown: Sequence[Tile]) -> None:
    """Tiles of one width, as many in a row as the screen can hold; `key` is unique on the page."""
    # The style sheet lays the tiles out as a grid, by this key.
    with st.container(key=f"tiles-{key}"):
        for tile in shown:
            figure = FIGURES[tile.figure]
            st.metric(
                figure.label,
                formatted(figure.unit, tile.value, run.currency),
                delta=tile.note,
                delta_color="off",
                delta_arrow="off",
                help=figure.meaning,
                border=True,
                chart_data=tile.values,
            )


def formatted(unit: str, value: Any, currency: str) -> str:
    """A value by its unit."""
    if unit == "money" and value is not None:
        return f"{text.short(value)} {currency}"
    if unit == "pct":
        return text.percent(value)
    if unit == "share":
        return text.share(value)
    if unit == "count" and isinstance(value, float) and 0 < abs(value) < ROUND_FROM:
        return text.number(value, 1)
    return text.short(value)
