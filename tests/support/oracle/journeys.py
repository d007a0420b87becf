"""Conversions, touches and journeys: what may get credit for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.support.oracle.inputs import Inputs, Row, campaign_of, cents, exact, moment, plain, text
from tests.support.oracle.people import Identifier
from tests.support.oracle.visits import Session

Person = frozenset[Identifier]


@dataclass
class Conversion:
    """A purchase or a reached goal. Money is in whole cents of the reporting currency."""

    kind: str
    person: Person
    at: datetime
    order_id: str | None = None
    gross: int = 0
    discount: int = 0
    refunded: int = 0
    rate: Fraction = Fraction(1)
    order: Row = field(default_factory=dict)
    is_first: bool = False
    is_new: bool = False
    value_segment: str = ""
    #: Owners of redeemed influencer codes, first applied first: influencer, campaign, code as written.
    codes: list[tuple[str, str | None, str]] = field(default_factory=list)
    journey: list[Step] = field(default_factory=list)

    @property
    def revenue(self) -> int:
        """Net revenue, cents."""
        return self.gross - self.discount - self.refunded

    @property
    def creditable(self) -> list[Step]:
        """The touches that may get credit, in order."""
        return [step for step in self.journey if step.is_creditable]


@dataclass(frozen=True)
class Touch:
    """A visit, a first touch of the CRM, or a code."""

    id: str
    at: datetime
    evidence: str
    channel: str
    influencer: str | None = None
    campaign: str | None = None
    deliverable: str | None = None
    window: timedelta = timedelta.max

    @property
    def key(self) -> str:
        """What repeats, chains and games count by."""
        return f"influencer:{self.influencer}" if self.influencer else self.channel


@dataclass
class Step:
    """A touch in a journey."""

    touch: Touch
    hours: Fraction
    is_creditable: bool = True


def purchases(inputs: Inputs, persons: Mapping[Identifier, Person]) -> list[Conversion]:
    """Paid and refunded orders, with their money and codes."""
    found = []
    for order in inputs.orders:
        if (plain(order.get("status")) or "paid") not in ("paid", "refunded"):
            continue
        order_id, at = str(order["order_id"]).strip(), moment(order["ordered_at"])
        assert at is not None
        rate = inputs.rate(at.date(), str(order["currency"]))
        refunds = sum(
            (exact(row["amount"]) for row in inputs.refunds if str(row["order_id"]).strip() == order_id),
            Fraction(0),
        )
        found.append(
            Conversion(
                "purchase",
                persons["order", order_id],
                at,
                order_id,
                gross=cents(exact(order["subtotal"]) * rate),
                discount=cents(exact(order.get("discount_amount")) * rate),
                refunded=cents(refunds * rate),
                rate=rate,
                order=order,
                codes=_codes(order, at, inputs.registry["promo_codes"]),
            )
        )
    found.sort(key=lambda purchase: (purchase.at, purchase.order_id))
    spent: dict[Person, int] = defaultdict(int)
    for purchase in found:
        earlier = [other for other in found if other.person == purchase.person]
        purchase.is_first = earlier[0] is purchase
        purchase.is_new = purchase.is_first
        spent[purchase.person] += purchase.revenue
        purchase.value_segment = value_segment(inputs, spent[purchase.person])
    return found


def value_segment(inputs: Inputs, spent: int) -> str:
    """By what the person has spent to date, cents."""
    middle, high = (exact(limit) * 100 for limit in inputs.settings["value_segment_thresholds"])
    return "high" if spent >= high else "mid" if spent >= middle else "low"


def _codes(order: Row, at: datetime, registry: list[Row]) -> list[tuple[str, str | None, str]]:
    found: list[tuple[str, str | None, str]] = []
    for written in (text(order.get("discount_codes")) or "").split("|"):
        for code in registry:
            valid = (
                (moment(code["valid_from"]) or datetime.min)
                <= at
                < (moment(code["valid_to"]) or datetime.max)
            )
            if not plain(written) or plain(code["promo_code"]) != plain(written) or not valid:
                continue
            if code["influencer_id"] not in [owner for owner, _, _ in found]:
                found.append((code["influencer_id"], code["campaign_id"], written.strip()))
    return found


def goals(inputs: Inputs, visits: list[Session], bought: list[Conversion]) -> list[Conversion]:
    """Goals that known people reached."""
    found = []
    for session in visits:
        for kind, at in session.goals if session.person else []:
            assert session.person is not None
            before = [other for other in bought if other.person == session.person and other.at <= at]
            found.append(
                Conversion(
                    kind,
                    session.person,
                    at,
                    is_new=not before,
                    value_segment=value_segment(inputs, sum(other.revenue for other in before)),
                )
            )
    return found


def window(inputs: Inputs, influencer: str | None, campaign: str | None) -> timedelta:
    """How long before a conversion the touch counts: its partnership, that of its campaign or else of all
    campaigns, may narrow it.
    """
    hours = [float(inputs.settings["attribution_window_hours"])]
    theirs = [
        row for row in inputs.registry["partnerships"] if influencer and row["influencer_id"] == influencer
    ]
    agreed = [row for row in theirs if row["campaign_id"] == campaign] or [
        row for row in theirs if row["campaign_id"] is None
    ]
    hours += [24 * float(row["attribution_window_days"]) for row in agreed if row["attribution_window_days"]]
    return timedelta(hours=min(hours))


def link_campaign(inputs: Inputs, link: Row) -> str | None:
    """The link's campaign, else that of its post."""
    return link.get("campaign_id") or campaign_of(inputs, link.get("deliverable_id"))


def touches(inputs: Inputs, visits: list[Session], crm: Mapping[Person, Touch]) -> dict[Person, list[Touch]]:
    """All touches of each person but codes, in order of time, ties by id."""
    found: dict[Person, list[Touch]] = defaultdict(list)
    for session in visits:
        if session.person and session.channel != "referrer_spam":
            link = session.link or {}
            influencer, campaign = link.get("influencer_id"), link_campaign(inputs, link)
            touch = Touch(
                session.key,
                session.started_at,
                "visit",
                session.channel,
                influencer,
                campaign,
                link.get("deliverable_id"),
                window(inputs, influencer, campaign),
            )
            found[session.person].append(touch)
    for person, touch in crm.items():
        found[person].append(touch)
    return {person: sorted(known, key=lambda touch: (touch.at, touch.id)) for person, known in found.items()}


def names(inputs: Inputs) -> dict[str, str]:
    """Names that stand for exactly one influencer: id, name, handle, source of a link."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in inputs.registry["influencers"]:
        for name in (row["influencer_id"], row["influencer_name"], row["handle"]):
            if plain(name):
                owners[plain(name).removeprefix("@")].add(row["influencer_id"])  # type: ignore[union-attr]
    for link in inputs.registry["tracking_links"]:
        if plain(link["utm_source"]):
            owners[plain(link["utm_source"])].add(link["influencer_id"])  # type: ignore[index]
    return {name: next(iter(found)) for name, found in owners.items() if len(found) == 1}


def named(answer: Any, known: Mapping[str, str]) -> str | None:
    """The influencer that the answer as a whole is a name of."""
    return known.get((plain(answer) or "").removeprefix("@"))


def crm_touches(
    inputs: Inputs, persons: Mapping[Identifier, Person], visits: list[Session], ids: Mapping[Person, str]
) -> dict[Person, Touch]:
    """First touches that only the CRM knows: by the earliest contact of a person that names an influencer."""
    found: dict[Person, tuple[datetime, str, str]] = {}
    for contact in inputs.contacts:
        owner = named(contact.get("lead_source"), names(inputs))
        at = moment(contact["created_at"])
        person = persons["contact", str(contact["contact_id"]).strip()]
        if owner and at:
            found[person] = min(
                found.get(person, (datetime.max, "", "")), (at, str(contact["contact_id"]), owner)
            )
    return {
        person: Touch(ids.get(person, ""), at, "crm", "influencer", owner, window=window(inputs, owner, None))
        for person, (at, _, owner) in found.items()
        if not any(
            session.person == person and session.link and session.link["influencer_id"] == owner
            for session in visits
        )
    }


def journey(
    inputs: Inputs,
    conversion: Conversion,
    known: list[Touch],
    bought: list[Conversion],
    ids: Mapping[tuple[str, str], str],
) -> list[Step]:
    """The touches of one conversion in its window, in order, with what may get credit."""
    policy, settings = inputs.settings["code_policy"], inputs.settings
    since = datetime.min
    if settings["restart_after_purchase"]:
        order = (conversion.at, conversion.order_id or "\uffff")
        before = [p.at for p in bought if p.person == conversion.person and (p.at, p.order_id or "") < order]
        since = max(before, default=since)
    found = [
        touch
        for touch in known
        if since <= touch.at <= conversion.at and conversion.at - touch.at <= touch.window
    ]
    if policy != "ignore":
        for owner, campaign, _ in conversion.codes:
            if policy == "touch" or owner not in [touch.influencer for touch in found]:
                identity = ids.get((conversion.order_id or "", owner), "")
                found.append(Touch(identity, conversion.at, "code", "influencer", owner, campaign))
    found.sort(key=lambda touch: (touch.at, touch.id))
    steps = [
        Step(touch, Fraction((conversion.at - touch.at) // timedelta(microseconds=1)) / 3_600_000_000)
        for touch in found
    ]
    if policy == "code_wins" and conversion.codes:
        for step in steps:
            step.is_creditable = step.touch.influencer == conversion.codes[0][0]
    elif settings["direct_touches"] == "drop" and any(step.touch.channel != "direct" for step in steps):
        for step in steps:
            step.is_creditable = step.touch.channel != "direct"
    if settings["collapse_repeats"]:
        previous = None
        for step in steps:
            if step.is_creditable:
                step.is_creditable = step.touch.key != previous
                previous = step.touch.key
    return steps
