"""Widgets whose values live in the page's address, so that a view can be sent as a link.

The address holds the values themselves (`model=last_touch`), not their labels. Menus clear the address; what
was chosen is kept for the session and written back. A value that is not allowed counts as none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

_KEPT = "address"
ON = "yes"
# Room for the first and the last page and some between; a narrower screen shows fewer.
PAGER_WIDTH = 340
_WHOLE = re.compile("[1-9][0-9]{0,5}")


def select(
    label: str,
    options: Sequence[str],
    default: str,
    key: str,
    labels: Callable[[str], str] = str,
    **shown: Any,
) -> str:
    """One of the options."""
    state = _prepare_one(key, options, default)
    return str(
        st.selectbox(
            label, options, format_func=labels, key=state, on_change=_write, args=(key, default), **shown
        )
    )


def segments(
    label: str,
    options: Sequence[str],
    default: str,
    key: str,
    labels: Callable[[str], str] = str,
    **shown: Any,
) -> str:
    """One of a few options, side by side."""
    state = _prepare_one(key, options, default)
    chosen = st.segmented_control(
        label,
        options,
        format_func=labels,
        required=True,
        key=state,
        on_change=_write,
        args=(key, default),
        **shown,
    )
    return str(chosen)


def several(label: str, options: Sequence[str], key: str, **shown: Any) -> tuple[str, ...]:
    """Any number of the options; none means all."""
    state = _prepare(key, [], lambda texts: [text for text in texts if text in options])
    return tuple(st.multiselect(label, options, key=state, on_change=_write, args=(key, []), **shown))


def words(label: str, key: str, **shown: Any) -> str:
    """Free text."""
    state = _prepare(key, "", lambda texts: texts[-1] if texts else "")
    return st.text_input(label, key=state, on_change=_write, args=(key, ""), **shown) or ""


def asked(key: str) -> str | None:
    """What the address says, or said before a menu cleared it; nobody has looked whether it is allowed."""
    texts = st.query_params.get_all(key) or st.session_state.get(_KEPT, {}).get(key)
    return str(texts[-1]) if texts else None


def switch(label: str, key: str, **shown: Any) -> bool:
    """On or off; off is not in the address."""
    state = _prepare(key, False, lambda texts: texts[-1:] == [ON])
    return st.toggle(label, key=state, on_change=_write_switch, args=(key,), **shown)


def page_number(key: str) -> int:
    """The page of a long table that the address asks for, from 1 on; `pager` shows and changes it."""
    state = _prepare(key, 1, lambda texts: int(texts[-1]) if texts and _WHOLE.fullmatch(texts[-1]) else 1)
    return int(st.session_state[state])


def first_page(key: str) -> None:
    """Goes back to the first page, before `pager` is drawn."""
    st.session_state.get(_KEPT, {}).pop(key, None)
    st.query_params.pop(key, None)
    st.session_state[f"address_{key}"] = 1


def pager(pages: int, key: str) -> None:
    """Buttons for the pages of a table."""
    st.pagination(pages, width=PAGER_WIDTH, key=f"address_{key}", on_change=_write, args=(key, 1))


def days(label: str, first: date, last: date, key: str, **shown: Any) -> tuple[date, date]:
    """A first and a last day within these bounds."""
    default = (first, last)
    state = _prepare(key, default, lambda texts: _days(texts, first, last) or default)
    chosen = st.date_input(
        label, min_value=first, max_value=last, key=state, on_change=_write, args=(key, default), **shown
    )
    # While the second day is not chosen yet there is only one.
    return (chosen[0], chosen[-1]) if isinstance(chosen, tuple) and chosen else default


def _days(texts: Sequence[str], first: date, last: date) -> tuple[date, date] | None:
    try:
        found = sorted(date.fromisoformat(text) for text in texts)
    except ValueError:
        return None
    if not found or found[0] < first or found[-1] > last:
        return None
    return found[0], found[-1]


def _prepare_one(key: str, options: Sequence[str], default: str) -> str:
    return _prepare(key, default, lambda texts: texts[-1] if texts and texts[-1] in options else default)


def _prepare(key: str, default: Any, parse: Callable[[Sequence[str]], Any]) -> str:
    """Sets the widget's state by the address and gives its key."""
    kept: dict[str, list[str]] = st.session_state.setdefault(_KEPT, {})
    if key in st.query_params:
        kept[key] = st.query_params.get_all(key)
    elif key in kept:
        st.query_params[key] = kept[key]
    state = f"address_{key}"
    value = parse(kept.get(key, []))
    if value == default and key in kept:
        del kept[key]
        del st.query_params[key]
    st.session_state[state] = value
    return state


def _write_switch(key: str) -> None:
    kept = st.session_state[_KEPT]
    if st.session_state[f"address_{key}"]:
        kept[key] = [ON]
        st.query_params[key] = ON
    else:
        kept.pop(key, None)
        st.query_params.pop(key, None)


def _write(key: str, default: Any) -> None:
    value = st.session_state[f"address_{key}"]
    kept: dict[str, list[str]] = st.session_state.setdefault(_KEPT, {})
    if value == default or value in (None, "", (), []):
        kept.pop(key, None)
        st.query_params.pop(key, None)
        return
    kept[key] = [str(part) for part in value] if isinstance(value, (list, tuple)) else [str(value)]
    st.query_params[key] = kept[key]
