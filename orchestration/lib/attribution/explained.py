"""What an explanation is made of, and reading it out of the published database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

#: How an influencer is tied to an order.
CLASSES = {
    "link_and_code": "a visit of theirs and their code",
    "code_only": "their code, and no visit",
    "link_only": "the last touch that counts is a visit of theirs, without a code",
    "assist_only": "an earlier visit of theirs, without a code",
    "survey_only": "only the buyer's answer names them",
}
DIRECT_CLASSES = frozenset({"link_and_code", "code_only", "link_only"})

#: What a redeemed code does.
POLICIES = {
    "fill_gap": "a code adds a touch at the order, if nothing else in the path is the influencer's",
    "touch": "a code always adds a touch at the order",
    "code_wins": "the owner of the code that was applied first takes all credit",
    "ignore": "a code adds nothing to the path",
}


@dataclass(frozen=True)
class Section:
    """A part of an explanation.

    Attributes:
        title: what it is about.
        sentences: plain sentences.
        columns: the table's headings; empty when there is no table.
        rows: its cells, as text.
    """

    title: str
    sentences: tuple[str, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Everything that is said of one order or influencer."""

    title: str
    sections: tuple[Section, ...]


class Published:
    """Queries over the marts of a published database, and the settings of the run that made it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._settings = self._read_settings()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query with `?` for each value."""
        return self._connection.execute(query, list(values)).fetchall()

    def setting(self, name: str, default: Any) -> Any:
        """A setting of the run; `default` where the file does not say."""
        return self._settings.get(name, default)

    @property
    def currency(self) -> str:
        """The reporting currency; empty where the file does not say."""
        return str(self.setting("reporting_currency", ""))

    def models(self, names: Sequence[str]) -> list[str]:
        """One sentence for each attribution model: its fact's comment, without the grain."""
        comments = dict(
            self.rows(
                """
                select view_name, comment from duckdb_views()
                where schema_name = 'marts' and comment is not null
                """
            )
        )
        sentences = {name: model_sentence(comments.get(f"fct_attribution__{name}", "")) for name in names}
        return [f"{name}: {sentence}" for name, sentence in sentences.items() if sentence]

    def _read_settings(self) -> dict[str, Any]:
        try:
            found = self._connection.execute("select name, value from published.settings").fetchall()
        except duckdb.CatalogException:
            return {}
        return {name: json.loads(value) for name, value in found}


def model_sentence(description: str) -> str:
    """What a model does, in the first sentence of its description after the grain."""
    sentences = " ".join(description.split()).split(". ")
    return sentences[1].rstrip(".") + "." if len(sentences) > 1 else ""


def money(value: Decimal) -> str:
    """Money with its cents."""
    return f"{value:,.2f}"


def time(value: datetime) -> str:
    """A UTC instant to the minute."""
    return f"{value:%Y-%m-%d %H:%M}"
