"""All of it together: from inputs to the rows of the contract's tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.support.oracle.costs import COLUMNS, costs
from tests.support.oracle.inputs import Inputs, cents, moment
from tests.support.oracle.journeys import (
    Conversion,
    Person,
    Step,
    Touch,
    crm_touches,
    goals,
    journey,
    named,
    names,
    purchases,
    touches,
)
from tests.support.oracle.models import RULES, allocated, credits, markov
from tests.support.oracle.people import Identifier, people
from tests.support.oracle.visits import Reference, Session, sessions

MODELS = RULES


class Solution:
    """Visits and people at once; `solve` the rest, once the published ids that break ties are known."""

    def __init__(self, inputs: Inputs, ties: Mapping[tuple, int]) -> None:
        self.inputs, self.settings = inputs, inputs.settings
        reference = Reference()
        self.persons = people(inputs, [click for click in inputs.clicks if not reference.is_bot(click)])
        self.sessions: list[Session] = sessions(inputs, reference, ties)
        for session in self.sessions:
            session.person = None if session.denied else self.persons[session.visitor]
        self.purchases = purchases(inputs, self.persons)
        self.conversions: list[Conversion] = [*self.purchases, *goals(inputs, self.sessions, self.purchases)]

    def solve(self, crm_ids: Mapping[Person, str], code_ids: Mapping[tuple[str, str], str]) -> None:
        """Journeys, credit, evidence and ROI."""
        crm = crm_touches(self.inputs, self.persons, self.sessions, crm_ids)
        self.touches = touches(self.inputs, self.sessions, crm)
        for conversion in self.conversions:
            known = self.touches.get(conversion.person, [])
            conversion.journey = journey(self.inputs, conversion, known, self.purchases, code_ids)
        self.effects, self.conversion_rate = markov(self.chain(), int(self.settings["markov_order"]))
        self.credits: dict[str, list[tuple[Conversion, Step | None, Fraction, int]]] = {}
        for model in MODELS:
            rows = self.credits[model] = []
            for conversion in self.conversions:
                given = credits(
                    model, conversion, self.settings, self.milestones(conversion.person), self.effects
                )
                money = allocated(conversion.revenue, [credit for _, credit in given])
                rows.extend(
                    (conversion, step, credit, part)
                    for (step, credit), part in zip(given, money, strict=True)
                )
        self.evidence = self._evidence()

    def milestones(self, person: Person) -> tuple[datetime | None, datetime | None]:
        """When the CRM says that the person became a lead, and a customer: the earliest of all contacts."""
        found = []
        for column in ("became_lead_at", "became_customer_at"):
            known = [
                moment(contact.get(column))
                for contact in self.inputs.contacts
                if self.persons["contact", str(contact["contact_id"]).strip()] == person
            ]
            found.append(min((at for at in known if at), default=None))
        return found[0], found[1]

    def chain(self) -> Counter[tuple[tuple[str, ...], bool]]:
        """Paths of keys, and whether they end in a purchase: journeys, and what came to nothing."""
        paths: Counter[tuple[tuple[str, ...], bool]] = Counter()
        for purchase in self.purchases:
            if purchase.creditable:
                paths[tuple(step.touch.key for step in purchase.creditable), True] += 1
        for person, known in self.touches.items():
            last = max(
                (purchase.at for purchase in self.purchases if purchase.person == person),
                default=datetime.min,
            )
            keys = [touch.key for touch in known if touch.at > last]
            if self.settings["direct_touches"] == "drop" and any(key != "direct" for key in keys):
                keys = [key for key in keys if key != "direct"]
            if self.settings["collapse_repeats"]:
                keys = [key for place, key in enumerate(keys) if place == 0 or keys[place - 1] != key]
            if keys:
                paths[tuple(keys), False] += 1
        return paths

    def _evidence(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Order and influencer to class and its parts."""
        known = names(self.inputs)
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for purchase in self.purchases:
            steps = purchase.creditable
            owners = [owner for owner, _, _ in purchase.codes]
            visits = [step.touch for step in steps if step.touch.influencer and step.touch.evidence != "code"]
            said = named(purchase.order.get("survey_answer"), known)
            for influencer in sorted(
                {*owners, *(touch.influencer or "" for touch in visits), *([said] if said else [])}
            ):
                theirs = [touch for touch in visits if touch.influencer == influencer]
                if influencer in owners:
                    kind = "link_and_code" if theirs else "code_only"
                elif theirs:
                    kind = "link_only" if steps[-1].touch in theirs else "assist_only"
                else:
                    kind = "survey_only"
                found[purchase.order_id or "", influencer] = {
                    "evidence_class": kind,
                    "is_winning_code": owners[:1] == [influencer],
                    "promo_code": next(
                        (code for owner, _, code in purchase.codes if owner == influencer), None
                    ),
                    "has_visit": bool(theirs),
                    "has_code": influencer in owners,
                    "has_survey_answer": said == influencer,
                    "first_touched_at": theirs[0].at if theirs else None,
                }
        orders = Counter(order for order, _ in found)
        for (order, _), row in found.items():
            row["has_other_claim"] = orders[order] > 1
        return found

    def channel_weights(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What whole keys are worth."""
        counted = [purchase for purchase in self.purchases if purchase.creditable]
        revenue, effects = sum(purchase.revenue for purchase in counted), self.effects
        whole = sum(effects.values())
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for key, effect in effects.items():
            share = effect / whole if whole else None
            found["markov", key] = {
                "removal_effect": effect,
                "share": share,
                "conversions": (share or 0) * len(counted),
                "exact_revenue": (share or 0) * revenue,
            }
        for purchase, step, credit, money in self.credits["shapley"]:
            if purchase.kind == "purchase" and step:
                row = found.setdefault(
                    ("shapley", step.touch.key),
                    {"removal_effect": None, "conversions": Fraction(0), "exact_revenue": 0},
                )
                row["conversions"] += credit
                row["exact_revenue"] += money
                row["share"] = row["conversions"] / len(counted)
        return found

    def influencer_roi(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The main mart: one row an influencer and model."""
        spent = costs(self.inputs, self.purchases)
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.inputs.registry["influencers"]:
            influencer = row["influencer_id"]
            same = {**self._traffic(influencer), **self._classes(influencer)}
            parts = {
                name: sum(
                    cost.amount for cost in spent if (cost.influencer, cost.column) == (influencer, name)
                )
                for name in COLUMNS
            }
            cost = sum(parts.values())
            for model in MODELS:
                theirs = [
                    (purchase, credit, money)
                    for purchase, step, credit, money in self.credits[model]
                    if purchase.kind == "purchase" and step and step.touch.influencer == influencer
                ]
                conversions = sum((credit for _, credit, _ in theirs), Fraction(0))
                new = sum((credit for purchase, credit, _ in theirs if purchase.is_first), Fraction(0))
                revenue = sum(money for _, _, money in theirs)
                found[influencer, model] = {
                    **same,
                    "conversions": conversions,
                    "new_customers": new,
                    "attributed_revenue": Fraction(revenue, 100),
                    "new_customer_revenue": Fraction(sum(m for p, _, m in theirs if p.is_first), 100),
                    "average_order_value": ratio(Fraction(revenue, 100), conversions),
                    **{name: Fraction(amount, 100) for name, amount in parts.items()},
                    "total_cost": Fraction(cost, 100),
                    "cpa": ratio(Fraction(cost, 100), conversions),
                    "cac": ratio(Fraction(cost, 100), new),
                    "roi_pct": ratio(Fraction(revenue - cost) * 100, Fraction(cost)),
                    "roas": ratio(Fraction(revenue), Fraction(cost)),
                    "ltv_per_customer": ratio(
                        sum(
                            (c * Fraction(self.spent(p.person), 100) for p, c, _ in theirs if p.is_first),
                            Fraction(0),
                        ),
                        new,
                    ),
                }
        return found

    def spent(self, person: Person) -> int:
        """Net revenue of the person to date, cents."""
        return sum(purchase.revenue for purchase in self.purchases if purchase.person == person)

    def _traffic(self, influencer: str) -> dict[str, Any]:
        """Visits of theirs, and who bought within the window after one."""
        theirs = [s for s in self.sessions if s.link and s.link["influencer_id"] == influencer]
        visitors = {session.person for session in theirs if session.person}
        buyers = {
            purchase.person
            for purchase in self.purchases
            for touch in self.touches.get(purchase.person, [])
            if touch.evidence == "visit"
            and touch.influencer == influencer
            and touch.at <= purchase.at
            and purchase.at - touch.at <= touch.window
        }
        return {
            "visitors": len(visitors),
            "sessions": len(theirs),
            "conversion_rate": ratio(Fraction(len(buyers)), Fraction(len(visitors))),
            "micro_conversion_rate": ratio(
                Fraction(sum(session.micro_conversions > 0 for session in theirs)), Fraction(len(theirs))
            ),
        }

    def _classes(self, influencer: str) -> dict[str, Any]:
        counts = Counter(
            row["evidence_class"] for (_, who), row in self.evidence.items() if who == influencer
        )
        discounts = sum(
            purchase.discount
            for purchase in self.purchases
            if purchase.codes and purchase.codes[0][0] == influencer
        )
        return {
            **{
                f"{kind}_orders": counts[kind]
                for kind in ("link_only", "code_only", "link_and_code", "assist_only", "survey_only")
            },
            "direct_conversions": counts["link_only"] + counts["code_only"] + counts["link_and_code"],
            "assisted_conversions": counts["assist_only"],
            "discount_given": Fraction(discounts, 100),
        }


def ratio(above: Fraction, below: Fraction) -> Fraction | None:
    """Null, never infinite."""
    return above / below if below else None


__all__ = ["MODELS", "Identifier", "Solution", "Touch", "cents", "defaultdict"]
