"""The published file behind the pages: opened once a version, and let go when no page shows it any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from orchestration.lib.readers import Reader, Run, identity, open_reader, read_run
from orchestration.lib.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

# The version that is shown and the one that replaces it while a page is being made.
OPEN_VERSIONS = 2
KEPT_ANSWERS = 300


@cache
def settings() -> Settings:
    """The settings of this process; nothing is created."""
    return Settings.from_env(create=False)


@dataclass(frozen=True)
class Source:
    """One version of the published file, for one making of a page: all its figures are of the same run."""

    version: tuple[int, ...]
    reader: Reader
    run: Run

    def ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """The answer to a question of `orchestration.lib.readers`, remembered for this version.

        Never ask with personal data: the arguments are remembered too.
        """
        name = f"{question.__module__}.{question.__qualname__}"
        answer: T = _answer(self.version, name, arguments, _call=lambda: question(self.reader, *arguments))
        return answer


def open_source() -> Source:
    """The published file as it is now.

    Raises:
        ReaderError: there is none, or it cannot be read.
    """
    published = settings().published
    version = current_version()
    shared = _reader(str(published), version)
    return Source(version, shared.cursor(), _run(version, _reader=shared))


def current_version() -> tuple[int, ...]:
    """Which file is published now; it differs after every publish.

    Raises:
        ReaderError: there is none.
    """
    return astuple(identity(settings().published))


# Not closed when it is released: a page that still shows this version turns leaves and downloads.
@st.cache_resource(max_entries=OPEN_VERSIONS, show_spinner=False)
def _reader(published: str, version: tuple[int, ...]) -> Reader:
    return open_reader(Path(published))


@st.cache_data(max_entries=OPEN_VERSIONS, show_spinner=False)
def _run(version: tuple[int, ...], _reader: Reader) -> Run:
    return read_run(_reader.cursor())


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _answer(version: tuple[int, ...], name: str, arguments: tuple[Any, ...], _call: Callable[[], Any]) -> Any:
    return _call()
