"""Long tables, a page of rows at a time: what is not seen is neither read nor sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

import streamlit as st

from dashboards.parts import address, tables
from dashboards.parts.choices import WIDTH
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import Rows, Table, text

# Rows of a page; a table that has no more is shown as any other.
PAGE = 100
OWN_ORDER = "own"


@st.fragment
def show(
    source: Source,
    question: Callable[..., Table],
    arguments: tuple[Any, ...],
    columns: Mapping[str, Column],
    name: str,
    alt: str,
    own_order: str,
    empty: str = "",
    search: bool = True,
    choose: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Draws a table of influencers, with a download of all its rows.

    Above `PAGE` rows there are buttons for its pages, a name to look for, and an order for all of them; these
    are in the address.

    Args:
        question, arguments: what to ask; the question takes `Rows` behind its arguments.
        columns: what to show of the answer, in this order.
        name: the file name of the download, without ending.
        alt: what the table is, for those who hear it.
        own_order: the answer's own order in words, such as "Highest revenue".
        empty: what stands there when nobody is in the answer.
        search: false where the page has a search of its own.
        choose: called with a row that the reader chooses.
    """
    keys = {part: f"{name}-{part}" for part in ("find", "sort", "lowest", "page")}
    everybody = source.ask(question, *arguments, Rows(number=PAGE))
    rows = Rows(number=PAGE)
    if everybody.total > PAGE:
        rows = _choice(everybody, columns, keys, own_order, search)
    about = (arguments, rows)
    if st.session_state.setdefault(f"about_{name}", about) != about:
        address.first_page(keys["page"])
        st.session_state[f"about_{name}"] = about
    table = _page(source, question, arguments, rows, keys["page"])
    if not table:
        st.info(empty if not everybody else "No name has this in it.")
        return
    chosen = tables.draw(table, columns, name, alt, select=choose is not None)
    whole = Rows(rows.search, rows.order, rows.ascending)
    # The version that is shown, even if it is replaced before the file is asked for.
    reader = source.reader
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        tables.button(lambda: question(reader.cursor(), *arguments, whole), name)
        if everybody.total > PAGE:
            first = (address.page_number(keys["page"]) - 1) * PAGE
            st.caption(
                f"{text.number(first + 1)} to {text.number(first + len(table))} of "
                f"{text.number(table.total)} rows; the download has all of them.",
                width="content",
            )
        if table.total > PAGE:
            address.pager(ceil(table.total / PAGE), keys["page"])
    if choose is not None and chosen is not None:
        choose(table.dicts()[chosen])


def _choice(
    table: Table, columns: Mapping[str, Column], keys: Mapping[str, str], own_order: str, search: bool
) -> Rows:
    """Which rows, and in which order."""
    labels = {OWN_ORDER: own_order} | {
        key: column.label
        for key, column in columns.items()
        if key in table.columns and column.kind in tables.NUMBERS
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"filters-{keys['sort']}"):
        found = ""
        if search:
            found = address.words("Name", keys["find"], width=WIDTH, placeholder="Part of it is enough")
        order = address.select(
            "Order all rows by", list(labels), OWN_ORDER, keys["sort"], labels.__getitem__, width=WIDTH
        )
        if order == OWN_ORDER:
            return Rows(found, number=PAGE)
        return Rows(found, order, address.switch("Lowest first", keys["lowest"]), number=PAGE)


def _page(
    source: Source, question: Callable[..., Table], arguments: tuple[Any, ...], rows: Rows, key: str
) -> Table:
    """The page that the address asks for, or the first one where there is no such page."""
    number = address.page_number(key)
    if number > 1:
        asked = Rows(rows.search, rows.order, rows.ascending, (number - 1) * PAGE, PAGE)
        table = source.ask(question, *arguments, asked)
        if table:
            return table
        address.first_page(key)
    return source.ask(question, *arguments, rows)
