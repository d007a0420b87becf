"""What every page has: a head, sections that survive a missing table, a word when there are newer figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboards.parts.source import Source, current_version, open_source
from orchestration.lib.readers import MissingTableError, ReaderError, Run, text, words
from orchestration.lib.readers.filters import Filters
from orchestration.lib.settings import SettingsError

LOOK_SECONDS = 30


def shown(view: Callable[[Source], None]) -> Callable[[], None]:
    """A page of a view: it opens the published file, and says in a sentence what is wrong with it."""

    def page() -> None:
        try:
            source = open_source()
        except (ReaderError, SettingsError) as error:
            st.title("Influencer ROI", anchor=False)
            problem(str(error))
            return
        _look_for_newer(source.version)
        try:
            view(source)
        except ReaderError as error:
            problem(str(error))

    page.__name__ = view.__module__.rpartition(".")[2]
    return page


def head(title: str, source: Source, filters: Filters | None = None) -> None:
    """The title, and below it what every figure of the page is about."""
    st.title(title, anchor=False)
    st.caption(text.markdown(words.about(source.run, filters), 400))


def statement(words_of_ours: str) -> None:
    """The page in one sentence, larger than the text below it. It is plain text."""
    st.markdown(f"##### {text.markdown(words_of_ours, 400)}", anchors=False)


@contextmanager
def section(title: str | None = None, note: str | None = None) -> Iterator[None]:
    """A part of a page with a heading; when the file lacks its table, a sentence stands in its place."""
    if title:
        st.subheader(title, anchor=False)
    if note:
        st.caption(note)
    try:
        yield
    except MissingTableError as error:
        st.info(sentence(str(error)))


def problem(message: str) -> None:
    """What is wrong and what to do; it may quote a file name, so it is shown as text."""
    st.error(sentence(message))


def sentence(message: str) -> str:
    """A message of ours for a place that reads Markdown: what it quotes stays text, commands are code."""
    return re.sub(r"\\`([a-z][a-z ]*)\\`", r"`\1`", text.markdown(message, 1000))


def nothing(message: str) -> None:
    """Says that there is nothing to show, and why that can be."""
    st.info(message)


def explanation(run: Run, model: str | None, *figures: str) -> None:
    """In plain words: what the model does and what each figure means."""
    with st.expander("What these figures mean"):
        found = words.meanings(run, model, figures)
        st.markdown(
            "\n\n".join(
                f"**{text.markdown(term, 80)}.** {text.markdown(meaning, 400)}" for term, meaning in found
            )
        )


@st.fragment(run_every=LOOK_SECONDS)
def _look_for_newer(version: tuple[int, ...]) -> None:
    """Looks now and then whether something newer was published; no figure changes before one's eyes."""
    try:
        if current_version() == version:
            return
    except ReaderError:
        return
    if st.button("Newer figures were published. Show them", icon=":material/refresh:", type="primary"):
        st.rerun()
