"""What the CRM knows, and what buyers answer when asked how they heard of the shop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.lib.sample import names, text
from orchestration.lib.sample.config import DAY, ENTRIES, ENTRY
from orchestration.lib.sample.demand import DEMO, SIGN_UP
from orchestration.lib.sample.events import SECOND, visitor_keys
from orchestration.lib.sample.exposure import CODE_ONLY, Plan
from orchestration.lib.sample.ids import Ids
from orchestration.lib.sample.order_rows import OrderRecords
from orchestration.lib.sample.people import LAPTOP, PHONE, Bools, Floats, Ints, People
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import CHANNEL, INFLUENCER, Orders, Visits

CHANNEL_SOURCES = {
    "direct": "Direct Traffic",
    "organic_search": "Organic Search",
    "paid_search": "Paid Search",
    "paid_social": "Paid Social",
    "email": "Email Marketing",
    "display": "Display Ads",
    "affiliates": "Affiliates",
    "referral": "Referrals",
    "organic_social": "Organic Social",
    "influencer": "Influencer",
    "coupon_site": "Referrals",
}
PLAIN_ANSWERS = (
    "Google", "A friend told me", "Instagram", "Facebook ad", "TikTok", "I don't remember", "Newsletter",
    "Searched for it online", "YouTube", "Podcast", 'Saw an article, "best of" list', "",
)  # fmt: skip
CHANNEL_ANSWER = {
    "paid_search": 0,
    "paid_social": 3,
    "display": 7,
    "email": 6,
    "affiliates": 10,
    "referral": 10,
}


def survey_answers(
    rng: np.random.Generator, plan: Plan, roster: Roster, orders: Orders, asked: float
) -> pa.Array:
    """Answers on some orders: mostly true where an influencer was behind it, and vague otherwise."""
    size = len(orders.person)
    answers = rng.random(size) < asked
    who = plan.post_influencer[np.maximum(orders.post, 0)]
    draw = rng.random(size)
    theirs = orders.cause == INFLUENCER
    # A few name somebody who had no part in it.
    wrong = ~theirs & (draw < 0.03)
    who = np.where(wrong, rng.integers(0, len(roster.influencers), size), who)
    named = (theirs & (draw < 0.62)) | wrong
    style = rng.integers(0, 4, size)
    spoken = [
        form
        for one in roster.influencers
        for form in (
            f"@{one.handle}",
            one.name,
            f"{one.platforms[0].title()} - {one.name}",
            one.handle.lower(),
        )
    ]
    vague = np.where(theirs, np.array([2, 8, 5, 9])[style], rng.choice([0, 1, 5, 7, 0, 1], size))
    channel_answer = np.array([CHANNEL_ANSWER.get(name, 7) for name in ENTRIES])
    told = (orders.cause == CHANNEL) & (draw > 0.4)
    vague = np.where(told, channel_answer[np.maximum(orders.channel, 0)], vague)
    answer = np.where(named, who * 4 + style, len(spoken) + vague)
    return text.lookup([*spoken, *PLAIN_ANSWERS], np.where(answers, answer, -1))


@dataclass(frozen=True)
class Contacts:
    """Contacts of one chunk; times in seconds of the world, infinite = never."""

    person: Ints
    device: Ints
    created: Floats
    lead: Floats
    customer: Floats


def draw_contacts(
    people: People, visits: Visits, orders: Orders, order_device: Ints, counted: Bools
) -> Contacts:
    """Who is in the CRM: those who signed up, asked for a demo, or bought (`counted`: orders that stand)."""
    joins = np.isin(visits.goal, (SIGN_UP, DEMO))
    person = np.concatenate([visits.person[joins], orders.person[counted]])
    # The form comes a little after the visit's first page.
    at = np.concatenate([visits.at[joins] + 120, orders.at[counted]])
    device = np.concatenate([visits.device[joins], order_device[counted]])
    order = np.lexsort((np.arange(len(at)), at, person))
    firsts = order[np.r_[True, np.diff(person[order]) > 0]] if len(order) else order
    who = person[firsts]
    demo = _first(people, visits.person, visits.at + 120, visits.goal == DEMO)
    bought = _first(people, orders.person, orders.at, counted)
    return Contacts(who, device[firsts], at[firsts], demo[who], bought[who])


def _first(people: People, person: Ints, at: Floats, chosen: Bools) -> Floats:
    first = np.full(people.size, np.inf)
    np.minimum.at(first, person[chosen], at[chosen])
    return first


def contact_versions(
    rng: np.random.Generator,
    ids: Ids,
    people: People,
    plan: Plan,
    roster: Roster,
    visits: Visits,
    records: OrderRecords,
    contacts: Contacts,
) -> tuple[pa.Table, Ints]:
    """Every version of every contact by `updated_at`, and that time in seconds of the world.

    A second version follows when a subscriber becomes a customer. Some people have a second contact, from
    another device, which is merged into the first some days later.
    """
    world, size = ids.world, len(contacts.person)
    source = _lead_sources(rng, people, plan, roster, visits, records.orders, contacts)
    device = contacts.device
    twice = (rng.random(size) < 0.04) & (contacts.created + 9 * DAY < world.seconds)
    consent = rng.random(size) < 0.78

    becomes = np.isfinite(contacts.customer) & (contacts.customer > contacts.created)
    first, later, second = np.arange(size), np.flatnonzero(becomes), np.flatnonzero(twice)
    row = np.concatenate([first, later, second, second])
    kind = np.repeat([0, 1, 2, 3], [size, len(later), len(second), len(second)])
    fraction = (contacts.person[row] * 7_919 + 104_729) % SECOND
    created = contacts.created[row] + np.where(kind >= 2, 2.4 * DAY, 4.0)
    updated = np.choose(kind, [created, contacts.customer[row] + 9, created + 3, created + 5.3 * DAY])
    updated_us = world.start_us + np.floor(updated).astype(np.int64) * SECOND + fraction
    # What is not yet known at the time of a version is not in it.
    lead_known = np.isfinite(contacts.lead[row]) & (contacts.lead[row] <= updated) & (kind < 2)
    bought_known = np.isfinite(contacts.customer[row]) & (contacts.customer[row] <= updated) & (kind < 2)
    stage = np.where(bought_known, 2, np.where(lead_known, 1, 0))
    order = np.lexsort((kind, row, updated_us))

    person = contacts.person[row]
    other = np.where(device[row] == LAPTOP, PHONE, LAPTOP)
    seen_on = np.where((kind >= 2) & people.has_laptop[person], other, device[row])
    known = ~people.denied[person]
    number = people.first + person
    main, copy = (
        text.numbered("con_", number * 2 + 100_001, 8),
        text.numbered("con_", number * 2 + 100_002, 8),
    )
    is_copy = pa.array(kind >= 2)
    plain, tagged = ids.emails(people, person), ids.emails(people, person, tag="+shop")
    pick = pc.if_else
    table = pa.table(
        {
            "contact_id": pick(is_copy, copy, main),
            "created_at": text.timestamps(_us(world.start_us, created, fraction)),
            "email": pick(is_copy, tagged, plain),
            "customer_id": ids.customers(np.where(bought_known & ~people.guest[person], number, -1)),
            "visitor_id": ids.visitors(np.where(known, visitor_keys(people, person, seen_on, created), -1)),
            "lifecycle_stage": text.lookup(("subscriber", "lead", "customer"), stage),
            "became_lead_at": text.timestamps(_us(world.start_us, contacts.lead[row], fraction), lead_known),
            "became_customer_at": text.timestamps(
                _us(world.start_us, contacts.customer[row], fraction), bought_known
            ),
            "lead_source": source.take(pa.array(row)),
            "merged_into_contact_id": text.blank(main, kind == 3),
            "marketing_consent": text.lookup(("false", "true"), consent[row].astype(np.int64)),
            "country": text.lookup([place[0] for place in names.COUNTRIES], people.country[person]),
            "updated_at": text.timestamps(updated_us),
        }
    )
    return table.take(pa.array(order)), ((updated_us - world.start_us) // SECOND)[order]


def _us(start: int, seconds: Floats, fraction: Ints) -> Ints:
    finite = np.where(np.isfinite(seconds), seconds, 0.0)
    return start + np.floor(finite).astype(np.int64) * SECOND + fraction


def _lead_sources(
    rng: np.random.Generator,
    people: People,
    plan: Plan,
    roster: Roster,
    visits: Visits,
    orders: Orders,
    contacts: Contacts,
) -> pa.Array:
    """The source as sales staff keep it: of the first visit, or what the person said."""
    first = np.full(people.size, -1, dtype=np.int64)
    by_time = np.lexsort((np.arange(len(visits.at)), -visits.at))
    first[visits.person[by_time]] = by_time
    visit = first[contacts.person]
    safe = np.maximum(visit, 0)
    source = np.where(visit >= 0, visits.entry[safe], ENTRY["direct"])
    labels = [CHANNEL_SOURCES[name] for name in ENTRIES]
    handles = [f"@{one.handle}" if one.index % 2 else one.name for one in roster.influencers]
    post = np.where((visit >= 0) & (source == ENTRY["influencer"]), visits.post[safe], -1)
    spoken = np.full(people.size, -1, dtype=np.int64)
    unseen = (orders.cause == INFLUENCER) & (orders.mode >= CODE_ONLY)
    spoken[orders.person[unseen]] = orders.post[unseen]
    told = (spoken[contacts.person] >= 0) & (rng.random(len(source)) < 0.35)
    post = np.where(told, spoken[contacts.person], post)
    source = np.where(post >= 0, len(labels) + plan.post_influencer[np.maximum(post, 0)], source)
    return text.lookup([*labels, *handles], source)
