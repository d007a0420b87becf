"""Rows that say the same twice, nearly the same, or claim what is another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from orchestration.lib.registry.conventions import NearDuplicate
from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.lint.similar import similar_values
from orchestration.lib.registry.model import Finding, Registry, Row, Sheet
from orchestration.lib.registry.ownership import Claim, claim_of, overlapping_pairs


def _folded(value: str | None) -> str:
    return (value or "").strip().lstrip("@").casefold()


def _name(sheet: Sheet, row: Row) -> str:
    return f"{sheet.table.key} {row.get(sheet.table.key) or '(none)'}"


def duplicates(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Two rows with the same values in columns that tell rows apart; ids are another rule's."""
    for table, columns in context.conventions.duplicates:
        sheet = registry.get(table)
        if sheet is None:
            continue
        first: dict[tuple[str, ...], Row] = {}
        for row in sheet.rows:
            # A row without the first column says nothing that could be there twice.
            if row.get(columns[0]) is None:
                continue
            key = tuple(_folded(row.get(column)) for column in columns)
            earlier = first.setdefault(key, row)
            if earlier is row or earlier.get(sheet.table.key) == row.get(sheet.table.key):
                continue
            same = ", ".join(f"{column} {row.get(column)}" for column in columns if row.get(column))
            other = f"{earlier.get(sheet.table.key)} in line {earlier.line}"
            yield context.finding(
                "duplicates",
                sheet,
                row,
                f"{_name(sheet, row)} says the same as {other}: {same}.",
                "Keep one of the rows, or tell them apart.",
            )


def near_duplicates(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Values that are easily taken for one another: typing errors, or names that will be mixed up."""
    for convention in context.conventions.near_duplicates:
        sheet = registry.get(convention.column.split(".")[0])
        if sheet:
            yield from _resembling(sheet, convention, context)


def _resembling(sheet: Sheet, convention: NearDuplicate, context: LintContext) -> Iterator[Finding]:
    column = convention.column.split(".")[1]
    first: dict[str, Row] = {}
    for row in sheet.rows:
        value = _folded(row.get(column))
        if value:
            first.setdefault(value, row)
    for similar in similar_values(first, convention.lookalikes):
        row, earlier = first[similar.value], first[similar.earlier]
        same_owner = row.get("influencer_id") == earlier.get("influencer_id")
        # One owner's codes may resemble each other: a mistaken one is still theirs.
        if column == "promo_code" and same_owner:
            continue
        message = f"{column} {row.get(column)} ({_name(sheet, row)}) differs from {earlier.get(column)} "
        message += f"({_name(sheet, earlier)}, line {earlier.line}) {similar.how}."
        mend = "If they are the same, write them alike; if not, make them easier to tell apart."
        yield context.finding("near_duplicates", sheet, row, message, mend)


def overlapping_slugs(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """One short link for two links at the same time: only one of them can be where it leads."""
    sheet = registry.get("tracking_links")
    if sheet is None:
        return
    for earlier, later in _overlapping(sheet, "slug"):
        message = f"the slug {later.row.get('slug')} of link {later.row.get('link_id')} is link "
        message += f"{earlier.row.get('link_id')}'s already (line {earlier.row.line})."
        yield context.finding(
            "overlapping_slugs", sheet, later.row, message, "Give the one that is not out yet another slug."
        )


def shared_sources(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """One utm_source for two influencers at the same time, where the other parts tell them apart today."""
    sheet = registry.get("tracking_links")
    if sheet is None:
        return
    told: set[tuple[str, str]] = set()
    for earlier, later in _overlapping(sheet, "utm_source"):
        source = (later.row.get("utm_source") or "").lower()
        if earlier.owner == later.owner or (source, later.owner) in told:
            continue
        told.add((source, later.owner))
        message = f"utm_source {source} is used for {later.owner} and for {earlier.owner} (line "
        message += (
            f"{earlier.row.line}) at the same time; a visit that loses a parameter cannot be told apart."
        )
        mend = "Give each influencer a source of their own for links that are not out yet."
        yield context.finding("shared_sources", sheet, later.row, message, mend)


def _overlapping(sheet: Sheet, column: str) -> Iterator[tuple[Claim, Claim]]:
    claims: dict[str, list[Claim]] = defaultdict(list)
    for row in sheet.rows:
        claim = claim_of(row)
        value = row.get(column)
        if claim and value and row.get("link_id"):
            claims[value.lower()].append(claim)
    for same in claims.values():
        if len(same) > 1:
            for one, other in overlapping_pairs(same):
                # Told at the row further down, which was most likely added later.
                yield (one, other) if one.row.line < other.row.line else (other, one)


def owners_agree(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """A link or cost of a post belongs to the influencer and the campaign of that post."""
    joined = Joined(registry)
    for table in ("tracking_links", "costs"):
        sheet = registry.get(table)
        if sheet is None:
            continue
        for row in sheet.rows:
            partnership = joined.related(row, "partnerships")
            if partnership is None:
                continue
            for column in ("influencer_id", "campaign_id"):
                own, theirs = row.get(column), partnership.get(column)
                if own is None or theirs is None or own == theirs:
                    continue
                message = f"{_name(sheet, row)} has {column} {own}, but its deliverable "
                message += f"{row.get('deliverable_id')} belongs to {theirs} "
                message += f"(partnership {partnership.get('partnership_id')})."
                mend = f"Correct {column} or deliverable_id."
                yield context.finding("owners_agree", sheet, row, message, mend)
