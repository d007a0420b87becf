"""Tables with a download. Cells are drawn as text, whatever is in them; the download cannot run anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from orchestration.lib.readers import Table, text

ROW_HEIGHT = 35
SHOWN_ROWS = 14
# A sentence in one line.
LONG_WIDTH = 575
NAMES = frozenset({"influencer_name", "campaign_name", "handle", "segment"})


@dataclass(frozen=True)
class Column:
    """How a column is shown: heading, kind, what it means, and whether it stays when one scrolls.

    Kinds: `text`, `long`, `money`, `cents`, `count`, `credit`, `pct`, `share`, `hours`, `day`, `time` and
    `flag`.
    """

    label: str
    kind: str = "text"
    help: str | None = None
    pinned: bool = False


_FORMATS = {
    "money": "%,.0f",
    "cents": "%,.2f",
    "count": "%,d",
    "credit": "%,.1f",
    "pct": "%,.0f %%",
    "share": "%,.1f %%",
    "hours": "%,.1f",
}
NUMBERS = frozenset(_FORMATS)


def frame(table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table as pandas has it: decimals as floats for drawing, names in one harmless line."""
    names = list(columns or table.columns)
    data = {}
    for name in names:
        values = table.column(name)
        if name in NAMES:
            values = [None if value is None else text.name(value, 60) for value in values]
        elif isinstance(next((value for value in values if value is not None), None), Decimal):
            values = [None if value is None else float(value) for value in values]
        data[name] = values
    return pd.DataFrame(data, columns=names)


def show(table: Table, columns: Mapping[str, Column], name: str, alt: str, empty: str = "") -> None:
    """Draws the columns that the table has, with a download of all of it.

    Args:
        table: the rows.
        columns: what to show of it, in this order.
        name: the file name of the download, without ending.
        alt: what the table is, for those who hear it.
        empty: what stands there instead when the table has no rows.
    """
    if empty and not table:
        st.info(empty)
        return
    draw(table, columns, name, alt)
    download(table, name)


def download(table: Table, name: str) -> None:
    """A button that gives all columns and rows as CSV; the file is made when it is asked for."""
    button(lambda: table, name)


def draw(
    table: Table, columns: Mapping[str, Column], name: str, alt: str, select: bool = False
) -> int | None:
    """Draws the rows; with `select` one can be chosen, and its place among them is given."""
    known = {key: column for key, column in columns.items() if key in table.columns}
    data = frame(table, list(known))
    for key, column in known.items():
        if column.kind == "share":
            data[key] = data[key].astype(float) * 100
    shown: dict[str, Any] = {
        "hide_index": True,
        "column_config": {key: _config(column) for key, column in known.items()},
        "height": ROW_HEIGHT * (min(len(table), SHOWN_ROWS) + 1) + 3,
        "placeholder": text.NONE,
        "alt": alt,
    }
    if not select:
        st.dataframe(data, **shown)
        return None
    state = st.dataframe(data, on_select="rerun", selection_mode="single-row", key=f"table_{name}", **shown)
    chosen = state.selection.rows
    return chosen[0] if chosen else None


def button(whole: Callable[[], Table], name: str) -> None:
    """A button for a file of `whole`, which is made when the reader asks for it."""

    def made() -> bytes:
        table = whole()
        return text.csv_text(table.columns, table.rows).encode("utf-8-sig")

    st.download_button(
        "Download CSV",
        data=made,
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download_{name}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _config(column: Column) -> Any:
    kinds = st.column_config
    shared: dict[str, Any] = {"label": column.label, "help": column.help, "pinned": column.pinned}
    if column.kind in _FORMATS:
        return kinds.NumberColumn(format=_FORMATS[column.kind], **shared)
    if column.kind == "day":
        return kinds.DateColumn(format="D MMM YYYY", **shared)
    if column.kind == "time":
        return kinds.DatetimeColumn(format="D MMM YYYY HH:mm", **shared)
    if column.kind == "flag":
        return kinds.CheckboxColumn(**shared)
    return kinds.TextColumn(width=LONG_WIDTH if column.kind == "long" else None, **shared)
