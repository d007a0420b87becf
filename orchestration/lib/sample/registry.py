"""The registry of a world: seven tables as a marketer would keep them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pyarrow as pa

from orchestration.lib.sample import names
from orchestration.lib.sample.config import DAY, World
from orchestration.lib.sample.fx import Rates
from orchestration.lib.sample.names import SHOP
from orchestration.lib.sample.roster import Partnership, Post, Roster, at_text
from orchestration.lib.sample.web import link_parts

Cells = list[str]
#: A row of the ledger: partnership, deliverable (may be empty), type, day, cents of the partner's currency.
Draft = tuple[Partnership, str, str, float, int]


def registry_tables(
    roster: Roster, commissions: Mapping[tuple[int, str], int], rates: Rates
) -> tuple[dict[str, pa.Table], dict[int, int]]:
    """All registry tables by name, and the ledger's sum of each influencer in cents of US dollars.

    `commissions`: net revenue (cents of US dollars) of redeemed codes by influencer and month `YYYY-MM`.
    """
    costs, sums = _costs(roster, commissions, rates)
    tables = {
        "influencers": _influencers(roster),
        "campaigns": _campaigns(roster),
        "partnerships": _partnerships(roster),
        "deliverables": _deliverables(roster),
        "tracking_links": _links(roster),
        "promo_codes": _codes(roster),
        "costs": costs,
    }
    return tables, sums


def _table(header: str, rows: list[Cells]) -> pa.Table:
    columns = header.split()
    return pa.table(
        {
            name: pa.array([row[place] or None for row in rows], type=pa.string())
            for place, name in enumerate(columns)
        }
    )


def _day(world: World, day: float) -> str:
    return (world.start + timedelta(days=int(day))).isoformat()


def _cents(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _influencers(roster: Roster) -> pa.Table:
    return _table(
        "influencer_id influencer_name handle tier niche country followers",
        [
            [
                one.influencer_id, one.name, f"@{one.handle}", one.tier, names.NICHES[one.niche], one.country,
                str(one.followers),
            ]
            for one in roster.influencers
        ],
    )  # fmt: skip


def _campaigns(roster: Roster) -> pa.Table:
    budgets: dict[int, int] = {}
    for partnership in roster.partnerships:
        index = partnership.campaign.index
        budgets[index] = budgets.get(index, 0) + partnership.fee
    return _table(
        "campaign_id campaign_name utm_campaign starts_on ends_on product_category budget",
        [
            [
                one.campaign_id, one.name, one.utm, _day(roster.world, one.first_day),
                _day(roster.world, one.last_day), one.category, _budget(budgets.get(one.index, 0)),
            ]
            for one in roster.campaigns
        ],
    )  # fmt: skip


def _budget(fees: int) -> str:
    """A round sum somewhat above the fees."""
    return _cents((fees * 13 // 500_000 + 1) * 50_000)


def _partnerships(roster: Roster) -> pa.Table:
    return _table(
        "partnership_id influencer_id campaign_id fee currency commission_pct attribution_window_days",
        [
            [
                one.partnership_id, one.influencer.influencer_id, one.campaign.campaign_id, _cents(one.fee),
                one.influencer.currency, str(one.influencer.commission_pct),
                "" if one.window_days is None else str(one.window_days),
            ]
            for one in roster.partnerships
        ],
    )  # fmt: skip


def _url(post: Post) -> str:
    handle = post.partnership.influencer.handle
    number = post.deliverable_id[4:]
    return {
        "instagram": f"https://www.instagram.com/p/{handle}{number}/",
        "tiktok": f"https://www.tiktok.com/@{handle}/video/{number}",
        "youtube": f"https://www.youtube.com/watch?v={handle[:5]}{number}",
        "podcast": f"https://podcasts.example/{handle}/{number}",
        "newsletter": f"https://letters.example/{handle}/{number}",
    }[post.platform]


def _deliverables(roster: Roster) -> pa.Table:
    rows = []
    for post in roster.posts:
        one = post.partnership.influencer
        impressions = int(one.followers * (0.22 * post.strength + 1.6 * post.boost))
        engagements = int(
            impressions * (0.012 + 0.02 * min(one.kind.fit, 2.5) ** 0.5) * (0.8 + 0.4 * (post.index % 5) / 4)
        )
        rows.append(
            [
                post.deliverable_id, post.partnership.partnership_id, post.platform, post.content_format,
                post.content, at_text(roster.world, post.at), _url(post), str(impressions), str(engagements),
            ]
        )  # fmt: skip
    return _table(
        "deliverable_id partnership_id platform content_format utm_content posted_at post_url impressions "
        "engagements",
        rows,
    )


def _links(roster: Roster) -> pa.Table:
    rows = []
    for link in roster.links:
        source, medium, campaign, content = link_parts(link)
        partnership = link.partnership
        starts = partnership.campaign.first_day * DAY
        rows.append(
            [
                link.link_id, partnership.influencer.influencer_id, partnership.campaign.campaign_id,
                "" if link.post is None else link.post.deliverable_id, link.slug, f"{SHOP}{link.path}",
                source, medium, campaign, content, at_text(roster.world, starts), "",
            ]
        )  # fmt: skip
    return _table(
        "link_id influencer_id campaign_id deliverable_id slug destination_url utm_source utm_medium "
        "utm_campaign utm_content valid_from valid_to",
        rows,
    )


def _codes(roster: Roster) -> pa.Table:
    return _table(
        "promo_code influencer_id campaign_id discount_type discount_value valid_from valid_to",
        [
            [
                one.code, one.influencer.influencer_id, one.campaign.campaign_id,
                "percent" if one.is_percent else "fixed", str(one.value), at_text(roster.world, one.starts),
                "" if one.ends is None else at_text(roster.world, one.ends),
            ]
            for one in roster.codes
        ],
    )  # fmt: skip


def _costs(
    roster: Roster, commissions: Mapping[tuple[int, str], int], rates: Rates
) -> tuple[pa.Table, dict[int, int]]:
    world = roster.world
    drafts: list[Draft] = []
    signed: dict[int, list[Partnership]] = {}
    for partnership in roster.partnerships:
        signed.setdefault(partnership.influencer.index, []).append(partnership)
        drafts += _gifts(partnership)
    for post in roster.posts:
        drafts.append((post.partnership, post.deliverable_id, "fee", post.at / DAY, post.fee))
        if post.boost_cost:
            drafts.append(
                (post.partnership, post.deliverable_id, "boost", post.at / DAY + 1, post.boost_cost)
            )
    for (who, month), revenue in sorted(commissions.items()):
        drafts += _commission(world, signed[who], month, revenue, rates)
    rows: list[Cells] = []
    sums: dict[int, int] = {}
    for number, (partnership, deliverable, kind, day, amount) in enumerate(drafts):
        one = partnership.influencer
        day = min(day, world.days - 1)
        rows.append(
            [
                f"cost_{number + 1:05d}", one.influencer_id, partnership.campaign.campaign_id, deliverable,
                kind, _day(world, day), _cents(amount), one.currency,
            ]
        )  # fmt: skip
        currency = np.array([rates.number(one.currency)])
        dollars = rates.dollars(np.array([amount]), currency, np.array([int(day)]))
        sums[one.index] = sums.get(one.index, 0) + int(dollars[0])
    header = "cost_id influencer_id campaign_id deliverable_id cost_type incurred_on amount currency"
    return _table(header, rows), sums


def _gifts(partnership: Partnership) -> list[Draft]:
    """Samples sent before the first post, what it cost to send them, and the agency where one is involved."""
    one, day = partnership.influencer, float(partnership.campaign.first_day)
    product = names.PRODUCTS[names.NICHES[one.niche]][partnership.campaign.index % 6]
    pieces = 1 + one.index % 2
    drafts = [
        (partnership, "", "product", day, product[2] * pieces),
        (partnership, "", "shipping", day, 690 + 210 * (one.index % 3)),
    ]
    if one.tier in ("macro", "mega") and partnership.fee:
        drafts.append((partnership, "", "agency", day, partnership.fee * 12 // 100))
    return drafts


def _commission(
    world: World, signed: list[Partnership], month: str, revenue: int, rates: Rates
) -> list[Draft]:
    """A month's invoice, if this influencer sends any; the others' commissions are for the job to accrue."""
    one = signed[0].influencer
    if not (one.invoiced and one.commission_pct and revenue > 0):
        return []
    year, number = int(month[:4]), int(month[5:])
    following = world.start.replace(year=year + number // 12, month=number % 12 + 1, day=1)
    day = (following - world.start).days + 4
    if day >= world.days:
        return []
    begun = [partnership for partnership in signed if partnership.campaign.first_day <= day] or signed[:1]
    rate = rates.dollars_per_unit[rates.number(one.currency), day]
    return [(begun[-1], "", "commission", float(day), round(revenue * one.commission_pct / 100 / rate))]
