"""What influencers cost: ledger, agreed fees, commissions. Whole cents of the reporting currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.support.oracle.inputs import Inputs, Row, campaign_of, cents, exact
from tests.support.oracle.journeys import Conversion

KINDS = {"fee": "fixed_fee", "commission": "commission", "product": "product_cost"}
COLUMNS = ("fixed_fee", "commission", "product_cost", "other_cost")


class Cost(NamedTuple):
    """One cost: whose, for which campaign, in which published column, and how many cents."""

    influencer: str
    campaign: str | None
    column: str
    amount: int


def costs(inputs: Inputs, bought: Iterable[Conversion]) -> list[Cost]:
    """What the ledger says, and what partnerships owe where it says nothing of the kind."""
    found: list[Cost] = []
    invoiced: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for row in inputs.registry["costs"]:
        day = date.fromisoformat(str(row["incurred_on"])[:10])
        amount = cents(exact(row["amount"]) * inputs.rate(day, str(row["currency"])))
        campaign = row["campaign_id"] or campaign_of(inputs, row["deliverable_id"])
        found.append(Cost(row["influencer_id"], campaign, KINDS.get(row["cost_type"], "other_cost"), amount))
        invoiced[row["cost_type"], row["influencer_id"]].add(campaign)
    campaigns = {row["campaign_id"]: row for row in inputs.registry["campaigns"]}
    for terms in inputs.registry["partnerships"]:
        entered = invoiced["fee", terms["influencer_id"]]
        if terms["fee"] and not entered & {None, terms["campaign_id"]}:
            currency = terms["currency"] or inputs.settings["reporting_currency"]
            starts = campaigns.get(terms["campaign_id"], {}).get("starts_on")
            rate = inputs.rate(date.fromisoformat(starts), currency) if starts else Fraction(1)
            amount = cents(exact(terms["fee"]) * rate)
            found.append(Cost(terms["influencer_id"], terms["campaign_id"], "fixed_fee", amount))
    for purchase in bought:
        claim = claimant(purchase)
        if claim:
            influencer, campaign = claim
            agreed = agreement(inputs, influencer, campaign, purchase.at.date())
            entered = invoiced["commission", influencer]
            campaign = campaign or (agreed["campaign_id"] if agreed else None)
            if agreed and not entered & {None, campaign} and not (entered and campaign is None):
                amount = commission(purchase, exact(agreed["commission_pct"]) / 100)
                found.append(Cost(influencer, campaign, "commission", amount))
    return found


def claimant(purchase: Conversion) -> tuple[str, str | None] | None:
    """The owner of the winning code, else the influencer of the last creditable touch, with the campaign."""
    if purchase.codes:
        return purchase.codes[0][:2]
    last = purchase.creditable[-1].touch if purchase.creditable else None
    return (last.influencer, last.campaign) if last and last.influencer else None


def agreement(inputs: Inputs, influencer: str, campaign: str | None, day: date) -> Row | None:
    """The terms of the claim's campaign, else those for all campaigns.

    A claim without a campaign falls under the latest begun, or under the only terms there are.
    """
    theirs = [row for row in inputs.registry["partnerships"] if row["influencer_id"] == influencer]
    starts = {row["campaign_id"]: row["starts_on"] for row in inputs.registry["campaigns"]}
    for wanted in {campaign: 0, None: 0}:
        for row in theirs:
            if row["campaign_id"] == wanted:
                return row
    if campaign:
        return None
    begun = [row for row in theirs if starts[row["campaign_id"]] <= day.isoformat()]
    begun.sort(key=lambda row: starts[row["campaign_id"]])
    return begun[-1] if begun else theirs[0] if len(theirs) == 1 else None


def commission(purchase: Conversion, share: Fraction) -> int:
    """On net revenue, never less than nothing."""
    return cents(share * max(Fraction(purchase.revenue, 100), Fraction(0)))
