"""Explains an order or an influencer out of the published database alone."""

from __future__ import annotations

from pathlib import Path

from orchestration.lib.attribution.explain_influencer import explain_influencer
from orchestration.lib.attribution.explain_order import explain_order
from orchestration.lib.attribution.explained import Explanation, Published
from orchestration.lib.sql_shell import open_published


class UnknownSubjectError(LookupError):
    """Neither a purchase nor an influencer has the id; the message says what to look at."""


def explain(published: Path, subject: str) -> Explanation:
    """Explains the purchase of this id, or else the influencer.

    Args:
        published: the published database (`roi.duckdb`).
        subject: an order id or an influencer id, as the shop and the registry write it.

    Raises:
        NotPublishedError: nothing is published yet.
        UnknownSubjectError: nothing has this id.
    """
    with open_published(published) as connection:
        source = Published(connection)
        found = explain_order(source, subject) or explain_influencer(source, subject)
    if found is None:
        raise UnknownSubjectError(
            f"No purchase and no influencer has the id {subject!r}. Ids are written as in the shop and the "
            "registry; orders that are pending or cancelled count nowhere."
        )
    return found
