"""Whose is a code or a link at a given moment: overlapping claims, found by sorting.

A claim holds from `valid_from` (inclusive) to `valid_to` (exclusive); nulls are open ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.lib.registry.model import Finding, Registry, Row, Severity, Sheet
from orchestration.lib.registry.values import BadValue, parse_time

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)

LINK_PARTS = ("utm_source", "utm_medium", "utm_campaign", "utm_content")


@dataclass(frozen=True)
class Claim:
    """A row's hold on a code or link."""

    begins: datetime
    ends: datetime
    owner: str
    row: Row


def overlapping_codes(registry: Registry) -> Iterator[Finding]:
    """The same code, whatever its case, claimed twice at one moment."""
    sheet = registry.get("promo_codes")
    if sheet:
        yield from _overlaps(sheet, lambda row: (row.values["promo_code"].lower(),), "code", "promo_code")


def overlapping_links(registry: Registry) -> Iterator[Finding]:
    """The same four UTM values, whatever their case, claimed twice at one moment."""
    sheet = registry.get("tracking_links")
    if sheet:
        yield from _overlaps(
            sheet, lambda row: tuple((row.get(part) or "").lower() for part in LINK_PARTS), "link", "link_id"
        )


def _overlaps(sheet: Sheet, key: Callable[[Row], tuple[str, ...]], word: str, name: str) -> Iterator[Finding]:
    needed = ("promo_code",) if word == "code" else ("link_id", "utm_source")
    claims: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for row in sheet.rows:
        claim = claim_of(row)
        # A row without its key, owner or a readable validity is another rule's finding.
        if claim and all(row.get(column) for column in needed):
            claims[key(row)].append(claim)
    for same in claims.values():
        if len(same) > 1:
            for earlier, later in overlapping_pairs(same):
                yield _finding(sheet, earlier, later, word, name)


def claim_of(row: Row) -> Claim | None:
    """A row's claim from `valid_from` to `valid_to`; None without an owner or with an unreadable time."""
    owner, begins, ends = row.get("influencer_id"), row.get("valid_from"), row.get("valid_to")
    if not owner:
        return None
    try:
        return Claim(
            parse_time(begins) if begins else BEGINNING, parse_time(ends) if ends else END, owner, row
        )
    except BadValue:
        return None


def overlapping_pairs(claims: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """For each claim one earlier claim that it overlaps, another owner's rather than the same owner's.

    In order of begin, only the longest-lasting claims of two owners must be kept: n log n, not n squared.
    """
    longest: Claim | None = None
    of_another: Claim | None = None
    for claim in sorted(claims, key=lambda each: (each.begins, each.row.line)):
        if claim.begins >= claim.ends:
            continue
        rivals = [held for held in (longest, of_another) if held and held.ends > claim.begins]
        foreign = [held for held in rivals if held.owner != claim.owner]
        if foreign or rivals:
            yield (foreign or rivals)[0], claim
        if longest is None or claim.ends > longest.ends:
            if longest is not None and longest.owner != claim.owner:
                of_another = longest
            longest = claim
        elif claim.owner != longest.owner and (of_another is None or claim.ends > of_another.ends):
            of_another = claim


def _finding(sheet: Sheet, earlier: Claim, later: Claim, word: str, name: str) -> Finding:
    first, second = earlier.row, later.row
    label = first.values[name] if word == "code" else _utm_label(first)
    names = f"{first.values[name]} and {second.values[name]}"
    same_owner = earlier.owner == later.owner
    owners = f"{earlier.owner} (line {first.line}, {_period(first)})"
    owners += f" and {later.owner} (line {second.line}, {_period(second)})"
    if same_owner:
        message = f"the {word} {label} is entered twice for {earlier.owner} at the same time: {names}, "
        message += f"lines {first.line} and {second.line}."
        mend = "Keep one of the rows, or end one (valid_to) before the other begins."
    else:
        message = f"the {word} {label} belongs to two influencers at the same time: {owners}"
        message += f"; rows {names}." if word == "link" else "."
        mend = f"End one (valid_to) before the other begins, or give one of them another {word}."
    severity = Severity.WARNING if same_owner else Severity.ERROR
    return Finding(severity, f"overlapping_{word}s", sheet.file, second.line, message, mend)


def _utm_label(row: Row) -> str:
    return " ".join(f"{part}={row.get(part)}" for part in LINK_PARTS if row.get(part))


def _period(row: Row) -> str:
    return f"from {row.get('valid_from') or 'ever'} to {row.get('valid_to') or 'ever'}"
