"""What an influencer is given: which links, codes and posts are theirs, gathered from the registry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orchestration.lib.links.cells import sheet
from orchestration.lib.links.model import Link
from orchestration.lib.registry.lint.context import Joined
from orchestration.lib.registry.lint.money import PERCENT
from orchestration.lib.registry.model import Registry, Row
from orchestration.lib.registry.ownership import BEGINNING, END, claim_of


@dataclass(frozen=True)
class HandoutLink:
    """A link with the post that it is for; `address` is the short one where there is one."""

    link: Link
    address: str
    platform: str
    content_format: str
    posted_at: str


@dataclass(frozen=True)
class HandoutCode:
    """A code, what it gives the buyer, and when it works (texts as in the registry, empty = open)."""

    code: str
    gives: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class HandoutCampaign:
    """What is agreed for one campaign; `name` is empty for links and codes of no campaign."""

    campaign_id: str
    name: str
    starts_on: str
    ends_on: str
    links: tuple[HandoutLink, ...]
    codes: tuple[HandoutCode, ...]


@dataclass(frozen=True)
class Handout:
    """What one influencer is given, campaign by campaign."""

    influencer_id: str
    name: str
    handle: str
    campaigns: tuple[HandoutCampaign, ...]


def gather(
    registry: Registry, links: Iterable[Link], short_url: str, at: datetime = BEGINNING
) -> list[Handout]:
    """A handout for each influencer that has anything to be handed out, in the order of the registry.

    Campaigns, links and codes that ended before `at` are left out; by default nothing is.
    """
    joined = Joined(registry)
    mine: dict[str, list[Link]] = {}
    for link in links:
        if at < link.ends:
            mine.setdefault(link.influencer_id, []).append(link)
    codes: dict[str, list[Row]] = {}
    for row in joined.rows("promo_codes"):
        claim = claim_of(row)
        if claim and row.get("promo_code") and at < claim.ends:
            codes.setdefault(claim.owner, []).append(row)
    handouts = []
    for row in joined.rows("influencers"):
        owner = row.get("influencer_id") or ""
        campaigns = _campaigns(joined, mine.get(owner, []), codes.get(owner, []), short_url, at)
        if campaigns:
            name = row.get("influencer_name") or owner
            handouts.append(Handout(owner, name, row.get("handle") or "", campaigns))
    return handouts


def _campaigns(
    joined: Joined, links: list[Link], codes: list[Row], short_url: str, at: datetime
) -> tuple[HandoutCampaign, ...]:
    found: dict[str, tuple[list[HandoutLink], list[HandoutCode]]] = {}
    for link in links:
        found.setdefault(link.campaign_id or "", ([], []))[0].append(_link(joined, link, short_url))
    for row in codes:
        found.setdefault(row.get("campaign_id") or "", ([], []))[1].append(_code(row))
    campaigns = []
    for campaign_id, (its_links, its_codes) in found.items():
        campaign = joined.find("campaigns", campaign_id)
        ends = campaign.get("ends_on") if campaign else None
        if ends and ends < at.date().isoformat():
            continue
        campaigns.append(
            HandoutCampaign(
                campaign_id,
                (campaign.get("campaign_name") or campaign_id) if campaign else campaign_id,
                (campaign.get("starts_on") or "") if campaign else "",
                ends or "",
                tuple(its_links),
                tuple(its_codes),
            )
        )
    return tuple(sorted(campaigns, key=lambda each: (each.starts_on or "9999", each.campaign_id)))


def _link(joined: Joined, link: Link, short_url: str) -> HandoutLink:
    post = joined.find("deliverables", link.deliverable_id)
    return HandoutLink(
        link=link,
        address=f"{short_url}/{link.slug}" if short_url and link.slug else link.url,
        platform=(post.get("platform") or "") if post else link.utms.get("utm_medium", ""),
        content_format=(post.get("content_format") or "") if post else "",
        posted_at=(post.get("posted_at") or "") if post else "",
    )


def _code(row: Row) -> HandoutCode:
    kind, value = (row.get("discount_type") or "").lower(), row.get("discount_value") or ""
    plain = value.rstrip("0").rstrip(".") if "." in value else value
    gives = f"{plain} %" if kind in PERCENT and plain else f"{plain} off" if plain else ""
    return HandoutCode(
        row.values["promo_code"], gives, row.get("valid_from") or "", row.get("valid_to") or ""
    )


COLUMNS = (
    "campaign", "platform", "content_format", "posted_at", "link", "tracked_link", "promo_code", "gives",
    "valid_from", "valid_to",
)  # fmt: skip


def links_csv(handout: Handout) -> str:
    """All links and codes of an influencer as a table for spreadsheet programs."""
    rows: list[tuple[str, ...]] = []
    for campaign in handout.campaigns:
        for each in campaign.links:
            link = each.link
            begins = "" if link.begins == BEGINNING else f"{link.begins:%Y-%m-%d}"
            ends = "" if link.ends == END else f"{link.ends:%Y-%m-%d}"
            what = (each.platform, each.content_format, each.posted_at, each.address, link.url)
            rows.append((campaign.name, *what, "", "", begins, ends))
        for code in campaign.codes:
            rows.append((campaign.name, *[""] * 5, code.code, code.gives, code.valid_from, code.valid_to))
    return sheet(COLUMNS, rows)
