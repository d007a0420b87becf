"""What is missing: links and codes, without which nothing is credited, and costs, without which no ROI is."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.model import Finding, Registry


def without_link_or_code(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """An influencer, or one of their campaigns, with neither link nor code: no sale can ever be theirs."""
    tables = [registry.get(name) for name in ("influencers", "tracking_links", "promo_codes", "partnerships")]
    influencers, links, codes, partnerships = tables
    if influencers is None or links is None or codes is None:
        return
    joined = Joined(registry)
    owners: set[str | None] = set()
    campaigns: set[tuple[str | None, str | None]] = set()
    for row in (*links.rows, *codes.rows):
        owner = row.get("influencer_id")
        campaign = joined.related(row, "campaigns")
        owners.add(owner)
        # Without a campaign a link or code serves all of them.
        campaigns.add((owner, campaign.get("campaign_id") if campaign else None))
    for row in influencers.rows:
        owner = row.get("influencer_id")
        if owner is not None and owner not in owners:
            message = f"influencer {owner} has neither a link nor a code, so no visit or order can be theirs."
            mend = "Run `roi links build` and `roi codes suggest`, or add one by hand."
            yield context.finding("without_link_or_code", influencers, row, message, mend)
    for row in partnerships.rows if partnerships else ():
        owner, campaign_id = row.get("influencer_id"), row.get("campaign_id")
        if partnerships is None or owner not in owners or campaign_id is None:
            continue
        if (owner, campaign_id) not in campaigns and (owner, None) not in campaigns:
            message = f"partnership {row.get('partnership_id')} of {owner} has neither a link nor a code in "
            message += f"campaign {campaign_id}."
            mend = "Run `roi links build`, or give one of their links or codes this campaign."
            yield context.finding("without_link_or_code", partnerships, row, message, mend)


def deliverable_without_cost(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """A post that seems to have cost nothing: none of its own or its campaign's, no fee, no commission."""
    sheet, costs = registry.get("deliverables"), registry.get("costs")
    if sheet is None or costs is None or registry.get("partnerships") is None:
        return
    joined = Joined(registry)
    posts = {row.get("deliverable_id") for row in costs.rows}
    shared = {
        (row.get("influencer_id"), row.get("campaign_id"))
        for row in costs.rows
        if not row.get("deliverable_id")
    }
    for row in sheet.rows:
        partnership = joined.related(row, "partnerships")
        if row.get("deliverable_id") in posts or partnership is None:
            continue
        owner, campaign = partnership.get("influencer_id"), partnership.get("campaign_id")
        # A fee of 0 is a statement: the post was free.
        agreed = (
            partnership.get("fee") is not None or (partnership.get("commission_pct") or "0").strip("0.") != ""
        )
        if agreed or (owner, campaign) in shared or (owner, None) in shared:
            continue
        message = (
            f"deliverable {row.get('deliverable_id')} has no cost: none in {costs.file}, and partnership "
        )
        message += f"{partnership.get('partnership_id')} has neither fee nor commission."
        mend = f"Add its cost to {costs.file} or the fee to the partnership; write 0 if it was free."
        yield context.finding("deliverable_without_cost", sheet, row, message, mend)
