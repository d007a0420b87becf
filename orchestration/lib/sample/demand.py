"""What people do: visits from every channel, and purchases with the one thing that caused each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orchestration.lib.sample.config import DAY, ENTRY, MODEL, World
from orchestration.lib.sample.exposure import Exposures, Plan
from orchestration.lib.sample.people import (
    IN_APP,
    Bools,
    Floats,
    Ints,
    People,
    choose_device,
    later,
    random_times,
)
from orchestration.lib.sample.tables import (
    CHANNEL,
    INFLUENCER,
    NEED,
    ORGANIC,
    REPEAT,
    TRIGGER,
    Orders,
    Visits,
    make_orders,
    make_visits,
    rows_of,
    stack,
)

GOALS = ("", "sign_up", "demo_request", "download", "video_view", "add_to_cart")
GOAL_RATES = np.array([0.0, 0.022, 0.004, 0.012, 0.03, 0.055])
SIGN_UP, DEMO = 1, 2


def draw_demand(
    rng: np.random.Generator, people: People, plan: Plan, world: World, exposures: Exposures, edges: Floats
) -> tuple[Visits, Orders, Floats]:
    """Visits that precede no order by design, all orders, and the time at which each person became a contact.

    The contact time is infinite for those who never sign up nor buy.
    """
    ordered = exposures.order_at < world.seconds
    own_visit = exposures.clicked & ~(exposures.same_visit & ordered)
    clicks = make_visits(
        exposures.person[own_visit],
        exposures.at[own_visit],
        ENTRY["influencer"],
        post=exposures.post[own_visit],
        boosted=exposures.boosted[own_visit],
        device=exposures.device[own_visit],
    )
    convinced = (exposures.mode[own_visit] >= 0) & (rng.random(len(clicks.at)) < MODEL.signs_up)
    clicks = replace(clicks, goal=np.where(convinced, SIGN_UP, 0))
    visits = [clicks, _retargeted(rng, people, world, clicks)]
    orders = [
        make_orders(
            exposures.person[ordered],
            exposures.order_at[ordered],
            INFLUENCER,
            TRIGGER,
            exposures.device[ordered],
            post=exposures.post[ordered],
            mode=exposures.mode[ordered],
            same_visit=exposures.same_visit[ordered],
            boosted=exposures.boosted[ordered],
            begun=exposures.at[ordered],
        ),
        _needs(rng, people, world, edges),
    ]
    for name, rate, trigger in MODEL.visit_rates:
        browse, bought = _channel(rng, people, world, edges, name, rate, trigger)
        visits.append(browse)
        orders.append(bought)

    browsing = _with_goals(rng, stack(visits), people.size)
    contact_at = _first(browsing.person, browsing.at, people.size, browsing.goal == SIGN_UP)
    bought = stack(orders)
    contact_at = np.minimum(contact_at, _first(bought.person, bought.at, people.size))
    mails, mail_orders = _emails(rng, people, world, contact_at)
    bought = stack([bought, mail_orders])
    bought = stack([bought, _repeats(rng, people, world, bought)])
    return stack([browsing, mails]), bought, contact_at


def channel_devices(rng: np.random.Generator, people: People, person: Ints, entry: Ints) -> Ints:
    """The device of a visit from a channel; social networks open half of them in their own browser."""
    in_app = np.isin(entry, (ENTRY["paid_social"], ENTRY["organic_social"])) & (rng.random(len(person)) < 0.5)
    return np.where(in_app, IN_APP, choose_device(rng, people, person))


def _first(person: Ints, at: Floats, size: int, chosen: Bools | None = None) -> Floats:
    """Each person's first time, infinite where there is none."""
    first = np.full(size, np.inf)
    if chosen is not None:
        person, at = person[chosen], at[chosen]
    np.minimum.at(first, person, at)
    return first


def _retargeted(rng: np.random.Generator, people: People, world: World, clicks: Visits) -> Visits:
    """Ads that follow a visitor after a click on an influencer's link; they cause nothing."""
    again = clicks.person[hit := rng.random(len(clicks.person)) < MODEL.retarget_rate]
    at = later(rng, clicks.at[hit], rng.uniform(0.5, 7.0, len(again)) * DAY, people.shift[again])
    kept = at < world.seconds
    entry = np.where(rng.random(len(again)) < 0.6, ENTRY["paid_social"], ENTRY["display"])
    device = channel_devices(rng, people, again, entry)
    return make_visits(again[kept], at[kept], entry[kept], device=device[kept])


def _needs(rng: np.random.Generator, people: People, world: World, edges: Floats) -> Orders:
    counts = rng.poisson(MODEL.need_rate * world.days / 30 * people.propensity)
    person = np.repeat(np.arange(people.size), counts)
    return make_orders(
        person,
        random_times(rng, edges, people.shift[person]),
        ORGANIC,
        NEED,
        choose_device(rng, people, person),
    )


def _channel(
    rng: np.random.Generator,
    people: People,
    world: World,
    edges: Floats,
    name: str,
    rate: float,
    trigger: float,
) -> tuple[Visits, Orders]:
    counts = rng.poisson(rate * world.days / 30 * people.curiosity)
    person = np.repeat(np.arange(people.size), counts)
    at = random_times(rng, edges, people.shift[person])
    return _caused_by_channel(rng, people, world, person, at, name, trigger)


def _caused_by_channel(
    rng: np.random.Generator,
    people: People,
    world: World,
    person: Ints,
    at: Floats,
    name: str,
    trigger: float,
) -> tuple[Visits, Orders]:
    caused = rng.random(len(person)) < trigger * people.propensity[person]
    same = caused & (rng.random(len(person)) < 0.5)
    wait = 3.0 * np.exp(0.8 * rng.standard_normal(len(person))) * DAY
    order_at = np.where(
        same,
        at + 150 + np.floor(rng.exponential(420.0, len(person))),
        later(rng, at, wait, people.shift[person]),
    )
    ordered = caused & (order_at < world.seconds)
    own_visit = ~(same & ordered)
    device = channel_devices(rng, people, person, np.full(len(person), ENTRY[name]))
    orders = make_orders(
        person[ordered],
        order_at[ordered],
        CHANNEL,
        TRIGGER,
        device[ordered],
        channel=ENTRY[name],
        same_visit=same[ordered],
        begun=at[ordered],
    )
    visits = make_visits(person[own_visit], at[own_visit], ENTRY[name], device=device[own_visit])
    return visits, orders


def _with_goals(rng: np.random.Generator, visits: Visits, people: int) -> Visits:
    """Give some visits a micro-conversion; nobody signs up twice."""
    draw = rng.random(len(visits.person))
    goal = np.searchsorted(np.cumsum(GOAL_RATES), draw, side="right")
    goal = np.where(visits.goal > 0, visits.goal, np.where(goal >= len(GOALS), 0, goal))
    signs = np.flatnonzero(goal == SIGN_UP)
    first = _first(visits.person, visits.at, people, goal == SIGN_UP)
    repeated = signs[visits.at[signs] > first[visits.person[signs]]]
    goal[repeated] = 0
    return replace(visits, goal=goal)


def _emails(
    rng: np.random.Generator, people: People, world: World, contact_at: Floats
) -> tuple[Visits, Orders]:
    """Visits from newsletters; only those get them who left an address."""
    left = np.where(np.isfinite(contact_at), np.maximum(world.seconds - contact_at, 0.0), 0.0)
    counts = rng.poisson(MODEL.email_rate * left / (30 * DAY) * (0.4 + 0.6 * people.curiosity))
    person = np.repeat(np.arange(people.size), counts)
    delay = rng.random(len(person)) * left[person]
    since = np.where(np.isfinite(contact_at[person]), contact_at[person], 0.0)
    at = later(rng, since, delay, people.shift[person])
    kept = at < world.seconds
    return _caused_by_channel(rng, people, world, person[kept], at[kept], "email", MODEL.email_trigger)


def _repeats(rng: np.random.Generator, people: People, world: World, bought: Orders) -> Orders:
    """Later purchases of customers: exponential gaps, and a chance to be lost after each (BG/NBD).

    A repeat is caused by whatever made the person a customer: without it there would be none.
    """
    order = np.lexsort((np.arange(len(bought.at)), bought.at, bought.person))
    heads = order[np.r_[True, np.diff(bought.person[order]) > 0]] if len(order) else order
    current, at = rows_of(bought, heads), bought.at[heads]
    parts: list[Orders] = []
    while len(current.person):
        stays = rng.random(len(at)) >= people.dropout[current.person]
        gap = rng.exponential(DAY, len(at)) / np.maximum(people.rate[current.person], 1e-6)
        following = later(rng, at, np.minimum(gap, world.seconds * 2), people.shift[current.person])
        kept = stays & (following < world.seconds)
        current, at = rows_of(current, kept), following[kept]
        size = len(at)
        device = choose_device(rng, people, current.person)
        parts.append(
            replace(
                current,
                at=at,
                begun=at,
                device=device,
                mechanism=np.full(size, REPEAT, dtype=np.int64),
                mode=np.full(size, -1, dtype=np.int64),
                same_visit=np.zeros(size, dtype=bool),
                boosted=np.zeros(size, dtype=bool),
            )
        )
    return stack(parts) if parts else rows_of(bought, np.zeros(0, dtype=np.int64))
