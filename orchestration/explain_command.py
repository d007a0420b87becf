"""`roi explain`: why an order or an influencer has the figures that it has."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.lib.attribution.explain import explain
from orchestration.lib.attribution.explained import Explanation
from orchestration.lib.terminal import plain


def print_explanation(published: Path, subject: str, out: Console) -> None:
    """Prints the explanation of an order id or an influencer id.

    Raises:
        NotPublishedError: nothing is published yet.
        UnknownSubjectError: nothing has this id.
    """
    render(explain(published, subject), out)


def render(explanation: Explanation, out: Console) -> None:
    """Sentences, then a table, section by section; ids and names are printed as text, never as markup."""
    out.print(Text(plain(explanation.title), style="bold"))
    for section in explanation.sections:
        out.print()
        out.print(Text(plain(section.title), style="bold"))
        for sentence in section.sentences:
            out.print(Text(plain(sentence)))
        if not section.columns:
            continue
        table = Table(header_style="bold")
        for column in section.columns:
            table.add_column(column)
        for row in section.rows:
            table.add_row(*(Text(plain(cell)) for cell in row))
        out.print(table)
