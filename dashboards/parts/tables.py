"""Tables with a download. Cells are drawn as text, whatever is in them; the download cannot run anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def show(
    table: Table, columns: Mapping[str, Column], name: str, alt: str, select: bool = False, empty: str = ""
) -> int | None:
    """Draws the columns that the table has, with a download of all of it; with `select` gives the chosen row.

    Args:
        table: the rows.
        columns: what to show of it, in this order.
        name: the file name of the download, without ending.
        alt: what the table is, for those who hear it.
        select: rows can be chosen.
        empty: what stands there instead when the table has no rows.
    """
    if empty and not table:
        st.info(empty)
        return None
    known = {key: column for key, column in columns.items() if key in table.columns}
    data = frame(table, list(known))
    for key, column in known.items():
        if column.kind == "share":
            data[key] = data[key].astype(float) * 100
    chosen = None
    height = ROW_HEIGHT * (min(len(table), SHOWN_ROWS) + 1) + 3
    config = {key: _config(column) for key, column in known.items()}
    if select:
        state = st.dataframe(
            data,
            hide_index=True,
            column_config=config,
            height=height,
            placeholder=text.NONE,
            alt=alt,
            on_select="rerun",
            selection_mode="single-row",
            key=f"table_{name}",
        )
        rows = state.selection.rows
        chosen = rows[0] if rows else None
    else:
        st.dataframe(
            data, hide_index=True, column_config=config, height=height, placeholder=text.NONE, alt=alt
        )
    download(table, name)
    return chosen


def download(table: Table, name: str) -> None:
    """A button that gives all columns and rows as CSV; the file is made when it is asked for."""
    st.download_button(
        "Download CSV",
        data=lambda: text.csv_text(table.columns, table.rows).encode("utf-8-sig"),
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
