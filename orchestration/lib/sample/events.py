"""Visits become events: pages, goals, checkouts; still numbers only, no text."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from orchestration.lib.sample import web
from orchestration.lib.sample.checkout import Baskets
from orchestration.lib.sample.config import MODEL, World
from orchestration.lib.sample.entries import Arrivals
from orchestration.lib.sample.exposure import Plan
from orchestration.lib.sample.people import IN_APP, Bools, Floats, Ints, People, epochs
from orchestration.lib.sample.tables import Orders, Visits, gather

NULL, GRANTED, DENIED = 0, 1, 2
SECOND = 1_000_000


@dataclass(frozen=True)
class Clicks:
    """Events; times in microseconds since 1970, -1 = none."""

    at: Ints
    visitor: Ints
    name: Ints
    page: Ints
    query: Ints  # number of the query string, -1 = none
    click_id: Ints
    token: Ints
    referrer: Ints
    browser: Ints
    customer: Ints  # a person of the chunk
    email: Ints
    order: Ints
    value: Ints  # cents
    engagement: Ints  # tenths of a second
    consent: Ints


@dataclass(frozen=True)
class Shop:
    """What the shop's own records share with the clicks; one value an order."""

    ordered_at: Ints  # microseconds since 1970
    visitor: Ints  # -1: not known
    landing: Ints  # row of the visit


def take(clicks: Clicks, rows: Ints) -> Clicks:
    """The chosen events."""
    return Clicks(**{one.name: getattr(clicks, one.name)[rows] for one in fields(Clicks)})


def join(parts: list[Clicks]) -> Clicks:
    """One table of events out of several."""
    return Clicks(
        **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Clicks)}
    )


def visitor_keys(people: People, person: Ints, device: Ints, at: Floats) -> Ints:
    """The cookie of a person's device at a time, as a number below 2^44 that no other cookie has."""
    epoch = np.minimum(epochs(people, person, device, at), 255)
    return ((people.first + person) << 10) | (device << 8) | epoch


def expand(
    rng: np.random.Generator,
    people: People,
    plan: Plan,
    world: World,
    visits: Visits,
    orders: Orders,
    baskets: Baskets,
    totals: Ints,
    arrivals: Arrivals,
) -> tuple[Clicks, Shop]:
    """All events of the visits, and what the shop knows of each order's visit."""
    pages, is_order = _page_counts(rng, people, plan, visits, orders), visits.order >= 0
    first_order = gather(_is_first(orders, people.size), visits.order)
    opens_account = is_order & first_order & ~people.guest[visits.person]
    looks = is_order & gather(baskets.coupon_visit, visits.order)
    untracked = is_order & (rng.random(len(is_order)) < (MODEL.untracked if world.halo else 0.0))
    tail = np.where(is_order, 3 + opens_account + looks - untracked, (visits.goal > 0).astype(np.int64))
    counts = pages + tail
    row = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    place = np.arange(len(row)) - starts[row]
    after = place - pages[row]

    name = np.where(after == 0, visits.goal[row], 0)
    name = np.where(is_order[row], _checkout_event(after, opens_account[row], looks[row]), name)
    at, gap, ordered_at = _times(rng, world, visits, orders, row, place, counts, is_order)
    visitor = visitor_keys(people, visits.person, visits.device, visits.at)
    from_coupons = looks[row] & (after == 2)
    page = _pages(rng, people, visits, arrivals, row, place, name)
    page = np.where(from_coupons, web.PAGE["/checkout"], page)
    referrer = np.where(place == 0, arrivals.referrer[row], web.REFERRER[f"{web.SHOP}/"])
    # After the payment page the buyer comes back from the payment provider.
    returns = (name == web.EVENT["purchase"]) & (rng.random(len(row)) < 0.35)
    referrer = np.where(returns, web.PAYMENT_REFERRERS[rng.integers(0, 2, len(row))], referrer)
    referrer = np.where(from_coupons, web.COUPON_REFERRERS[rng.integers(0, 3, len(row))], referrer)
    purchase = name == web.EVENT["purchase"]
    customer, email = _identified(rng, people, visits, orders, row, name)
    engaged = np.where(name == 0, gap * 85 // 100 // 100_000, -1)
    denied = people.denied[visits.person]
    consent = np.where(denied, DENIED, np.where(people.silent[visits.person], NULL, GRANTED))
    clicks = Clicks(
        at=at,
        visitor=visitor[row],
        name=name,
        page=page,
        query=np.where(place == 0, arrivals.query[row], -1),
        click_id=np.where(place == 0, arrivals.click_id[row], 0),
        token=rng.integers(0, 1 << 62, len(row)),
        referrer=referrer,
        browser=arrivals.browser[row],
        customer=customer,
        email=email,
        order=np.where(purchase, visits.order[row], -1),
        value=np.where(purchase, gather(totals, visits.order[row]), -1),
        engagement=engaged,
        consent=consent[row],
    )
    return clicks, _shop(rng, visits, visitor, orders, ordered_at, untracked, denied, is_order)


def _is_first(orders: Orders, people: int) -> Bools:
    earliest = np.full(people, np.inf)
    np.minimum.at(earliest, orders.person, orders.at)
    return orders.at <= earliest[orders.person]


def _page_counts(
    rng: np.random.Generator, people: People, plan: Plan, visits: Visits, orders: Orders
) -> Ints:
    size = len(visits.person)
    fit = plan.fit[plan.post_influencer[np.maximum(visits.post, 0)]]
    bounce = np.where(visits.post >= 0, np.clip(0.72 - 0.16 * fit, 0.25, 0.8), 0.42)
    depth = np.where(visits.post >= 0, np.clip(0.9 + 0.6 * fit, 0.7, 2.4), 1.7)
    bounces = (rng.random(size) < bounce) & (visits.order < 0) & (visits.goal == 0)
    return np.where(bounces, 1, 2 + np.minimum(rng.poisson(depth), 30))


def _checkout_event(after: Ints, opens_account: Bools, looks: Bools) -> Ints:
    """Basket, checkout, (back from a coupon site), (account), purchase."""
    step = after - (looks & (after > 2))
    name = np.zeros(len(after), dtype=np.int64)
    name[after == 0] = web.EVENT["add_to_cart"]
    name[after == 1] = web.EVENT["begin_checkout"]
    back = looks & (after == 2)
    last = np.where(opens_account, 3, 2)
    name[(step == 2) & ~back & opens_account] = web.EVENT["account_created"]
    name[(step == last) & ~back] = web.EVENT["purchase"]
    return name


def _times(
    rng: np.random.Generator,
    world: World,
    visits: Visits,
    orders: Orders,
    row: Ints,
    place: Ints,
    counts: Ints,
    is_order: Bools,
) -> tuple[Ints, Ints, Ints]:
    """Time of each event, time spent on it, and the shop's time of each order; microseconds."""
    draws = np.floor(rng.exponential(38_000.0, len(row))).astype(np.int64) + 1_500
    gap = draws * 1_000 + rng.integers(0, 1_000, len(row))
    before = np.cumsum(gap) - gap
    first = np.cumsum(counts) - counts
    offset = before - before[first][row]
    begin = world.start_us + visits.at.astype(np.int64) * SECOND + rng.integers(0, SECOND, len(visits.at))

    ordered_at = (
        world.start_us + orders.at.astype(np.int64) * SECOND + rng.integers(0, SECOND, len(orders.at))
    )
    logged = ordered_at + rng.integers(150_000, 2_600_000, len(orders.at))
    length = offset[first + counts - 1]
    span = np.where(is_order, np.maximum(gather(logged, visits.order) - begin, 1_000), length)
    scale = np.where(is_order & (length > 0), span / np.maximum(length, 1), 1.0)
    offset = np.where(is_order[row], np.floor(offset * scale[row]).astype(np.int64), offset)
    gap = np.where(is_order[row], np.floor(gap * scale[row]).astype(np.int64), gap)
    at = begin[row] + offset
    # Half of the browsers report milliseconds, the others microseconds.
    at = np.where((visits.person[row] + visits.device[row]) % 2 == 0, at // 1_000 * 1_000, at)
    return at, gap, ordered_at


def _pages(
    rng: np.random.Generator,
    people: People,
    visits: Visits,
    arrivals: Arrivals,
    row: Ints,
    place: Ints,
    name: Ints,
) -> Ints:
    draw, size = rng.random(len(row)), len(row)
    liked = people.taste[visits.person][row]
    niche = np.where(rng.random(size) < 0.6, liked, rng.integers(0, 6, size))
    page = web.PRODUCT + niche * 6 + rng.integers(0, 6, size)
    page = np.where(draw < 0.30, web.COLLECTION + niche, page)
    for limit, path in ((0.15, "/"), (0.10, "/about"), (0.075, "/pricing"), (0.04, "/compare")):
        page = np.where(draw < limit, web.PAGE[path], page)
    page = np.where((draw > 0.95) & (draw <= 0.975), web.PAGE["/journal/morning-routines"], page)
    page = np.where(draw > 0.975, web.PAGE["/journal/how-we-choose-materials"], page)
    page = np.where(web.EVENT_PAGE[name] >= 0, web.EVENT_PAGE[name], page)
    return np.where(place == 0, arrivals.page[row], page)


def _identified(
    rng: np.random.Generator, people: People, visits: Visits, orders: Orders, row: Ints, name: Ints
) -> tuple[Ints, Ints]:
    """Who is known on an event: logged in, or typed an address."""
    first_order = np.full(people.size, np.inf)
    np.minimum.at(first_order, orders.person, orders.at)
    keeps_login = ((visits.person * 7 + visits.device * 3 + people.first) % 5 < 2) & (visits.device != IN_APP)
    logged_in = keeps_login & (visits.at > first_order[visits.person]) & ~people.guest[visits.person]
    account = ~people.guest[visits.person]
    denied = people.denied[visits.person]
    draw = rng.random(len(row))
    purchase, account_event = name == web.EVENT["purchase"], name == web.EVENT["account_created"]
    knows = logged_in[row] | (account[row] & ((purchase & (draw < 0.6)) | account_event))
    typed = (purchase & (draw > 0.7)) | ((name == web.EVENT["sign_up"]) & (draw < 0.75))
    typed |= name == web.EVENT["demo_request"]
    person = visits.person[row]
    customer = np.where(knows & ~denied[row], person, -1)
    return customer, np.where(typed & ~denied[row], person, -1)


def _shop(
    rng: np.random.Generator,
    visits: Visits,
    visitor: Ints,
    orders: Orders,
    ordered_at: Ints,
    untracked: Bools,
    denied: Bools,
    is_order: Bools,
) -> Shop:
    landing = np.full(len(orders.at), -1, dtype=np.int64)
    placed = np.flatnonzero(is_order)
    landing[visits.order[placed]] = placed
    known = (landing >= 0) & (rng.random(len(orders.at)) < 0.92) & ~untracked[landing] & ~denied[landing]
    return Shop(ordered_at, np.where(known, visitor[landing], -1), landing)
