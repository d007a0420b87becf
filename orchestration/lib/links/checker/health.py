"""How the links of the registry are, by the newest check of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.lib.links.checker.history import CheckRow
from orchestration.lib.links.model import Link


@dataclass(frozen=True)
class LinkHealth:
    """What the newest checks of the links that are valid say.

    Attributes:
        links: how many links are valid and lead somewhere.
        unchecked: links that no check has seen yet.
        errors: links with an error as at least one browser.
        warnings: links with a warning, and no error.
        checked_at: the oldest of the newest checks (UTC); None before the first one.
        messages: what is wrong, link and browser first, the worst first.
    """

    links: int
    unchecked: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    checked_at: datetime | None
    messages: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """True while no check found anything; links without a check are not known to be ill."""
        return not self.errors and not self.warnings

    def __str__(self) -> str:
        """The state in a sentence."""
        if self.checked_at is None:
            return f"None of {self.links} links has been checked yet; `roi links check` does it."
        text = f"{len(self.errors)} of {self.links} links have errors, {len(self.warnings)} warnings"
        unchecked = f", {len(self.unchecked)} were never checked" if self.unchecked else ""
        return f"{text}{unchecked}; the oldest check is of {self.checked_at:%Y-%m-%d %H:%M} UTC."


def link_health(links: Iterable[Link], latest: Sequence[CheckRow], at: datetime) -> LinkHealth:
    """The state of the links that are valid at a time, by the newest checks (`read_latest`)."""
    valid = [link.link_id for link in links if at < link.ends]
    known = set(valid)
    rows = [row for row in latest if row.link_id in known]
    outcomes: dict[str, set[str]] = {}
    for row in rows:
        outcomes.setdefault(row.link_id, set()).add(row.outcome)
    errors = tuple(link for link in valid if "error" in outcomes.get(link, ()))
    warnings = tuple(link for link in valid if "warning" in outcomes.get(link, ()) and link not in errors)
    return LinkHealth(
        links=len(valid),
        unchecked=tuple(link for link in valid if link not in outcomes),
        errors=errors,
        warnings=warnings,
        checked_at=min((row.checked_at for row in rows), default=None),
        messages=tuple(f"{row.link_id} as {row.agent}: {text}" for row in rows for text in row.messages()),
    )
