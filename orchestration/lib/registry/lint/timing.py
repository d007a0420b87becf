"""Links, codes and posts against the dates of their campaign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.model import Finding, Registry, Row, Sheet
from orchestration.lib.registry.values import BadValue, parse_date, parse_time


def _moment(row: Row | None, column: str) -> datetime | None:
    """A time or day of a row in UTC; None when it is empty or another rule's finding."""
    value = row.get(column) if row else None
    if value is None:
        return None
    try:
        return parse_time(value)
    except BadValue:
        return None


def _campaign_period(campaign: Row | None) -> tuple[datetime | None, datetime | None]:
    """Begin and exclusive end of a campaign: its last day belongs to it."""
    begins = ends = None
    if campaign:
        begins = _moment(campaign, "starts_on")
        value = campaign.get("ends_on")
        try:
            last = parse_date(value) if value else None
        except BadValue:
            last = None
        if last and last.year < 9999:
            ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return begins, ends


def outside_campaign(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Links, codes and posts that begin before their campaign or outlive it; an open end is no end."""
    joined = Joined(registry)
    for table, first, last in (
        ("tracking_links", "valid_from", "valid_to"),
        ("promo_codes", "valid_from", "valid_to"),
        ("deliverables", "posted_at", "posted_at"),
    ):
        sheet = registry.get(table)
        for row in sheet.rows if sheet else ():
            campaign = joined.related(row, "campaigns")
            if sheet and campaign:
                yield from _outside(sheet, row, first, last, campaign, context)


def _outside(
    sheet: Sheet, row: Row, first: str, last: str, campaign: Row, context: LintContext
) -> Iterator[Finding]:
    begins, ends = _campaign_period(campaign)
    before = timedelta(days=context.conventions.before_days)
    after = timedelta(days=context.conventions.after_days)
    starts, stops = _moment(row, first), _moment(row, last)
    name = f"{sheet.table.key} {row.get(sheet.table.key)}"
    period = f"campaign {campaign.get('campaign_id')} ({campaign.get('starts_on') or 'open'} to "
    period += f"{campaign.get('ends_on') or 'open'})"
    mend = f"Correct {first if first == last else f'{first} or {last}'}, or the campaign's dates."
    wrong: str | None = None
    if starts and ends and starts >= ends + after:
        wrong = f"begins ({first} {row.get(first)}) after the end of its {period}"
    elif stops and begins and stops <= begins - before:
        wrong = f"is over ({last} {row.get(last)}) before its {period} begins"
    elif starts and begins and starts < begins - before:
        wrong = f"begins ({first} {row.get(first)}) before its {period}"
    elif stops and ends and stops > ends + after:
        wrong = f"goes on ({last} {row.get(last)}) after the end of its {period}"
    elif stops and ends and first != last and stops < ends - after:
        wrong = f"ends ({last} {row.get(last)}) before its {period} does"
        mend += " What is redeemed or clicked later is nobody's."
    if wrong:
        verb = "was posted outside: it " if first == last else ""
        yield context.finding("outside_campaign", sheet, row, f"{name} {verb}{wrong}.", mend)


def links_cover_posts(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """A link that is not valid yet, or no longer, when its post goes live: those visits are nobody's."""
    joined = Joined(registry)
    sheet = registry.get("tracking_links")
    for row in sheet.rows if sheet else ():
        post = joined.related(row, "deliverables")
        posted, starts, stops = (
            _moment(post, "posted_at"),
            _moment(row, "valid_from"),
            _moment(row, "valid_to"),
        )
        if sheet is None or post is None or posted is None:
            continue
        name = f"link {row.get('link_id')}"
        at = f"post {post.get('deliverable_id')} goes live ({post.get('posted_at')})"
        if starts and starts > posted:
            message = f"{name} begins ({row.get('valid_from')}) after its {at}."
            mend = "Let it begin (valid_from) before the post, or leave valid_from empty."
            yield context.finding("links_cover_posts", sheet, row, message, mend)
        elif stops and stops <= posted:
            message = f"{name} has ended ({row.get('valid_to')}) when its {at}."
            mend = "Let it end (valid_to) later, or leave valid_to empty."
            yield context.finding("links_cover_posts", sheet, row, message, mend)
