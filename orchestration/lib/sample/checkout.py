"""How each order comes about on the shop's side: last visit, device, codes, and the visits before it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from orchestration.lib.sample.config import DAY, ENTRY, HOUR, MODEL, World
from orchestration.lib.sample.exposure import CODE_ONLY, Plan
from orchestration.lib.sample.people import (
    IN_APP,
    LAPTOP,
    PHONE,
    Bools,
    Floats,
    Ints,
    People,
    choose_device,
    epochs,
    later,
    pick_rows,
)
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import (
    CHANNEL,
    INFLUENCER,
    REPEAT,
    Orders,
    Visits,
    clicked_mode,
    make_visits,
    rows_of,
)

NO_CODE, WELCOME, FREE_SHIPPING = 0, 1, 2

#: How the last visit comes in, by situation: need, after an influencer's click, after code or memory, after a
#: channel's visit, repeat. Columns are the entries up to `organic_social`.
LAST_VISIT = np.array(
    [
        # direct organic p_search p_social email display affil. referral social
        [0.30, 0.33, 0.16, 0.04, 0.04, 0.02, 0.05, 0.04, 0.02],
        [0.42, 0.20, 0.15, 0.10, 0.05, 0.03, 0.04, 0.01, 0.00],
        [0.48, 0.36, 0.16, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00],
        [0.44, 0.22, 0.14, 0.07, 0.06, 0.03, 0.03, 0.01, 0.00],
        [0.47, 0.14, 0.06, 0.04, 0.27, 0.01, 0.01, 0.00, 0.00],
    ]
)
#: The same for visits of research in the days before.
RESEARCH = np.array([[0.34, 0.28, 0.13, 0.08, 0.06, 0.05, 0.02, 0.03, 0.01]])
#: Share of paid searches for the shop's own name, by situation.
BRAND = np.array([0.25, 0.80, 0.90, 0.45, 0.80])


@dataclass(frozen=True)
class Baskets:
    """What the shop sees of each order; one value an order, -1 = none."""

    code: Ints
    second_code: Ints
    leaked: Bools
    coupon_visit: Bools
    shop_code: Ints
    device: Ints
    is_own_code: Bools  # the code is of the influencer who caused the order
    by_phone: Bools  # placed without a visit
    harvest: Ints  # the post whose link was clicked just before, though it did not cause the order


@dataclass(frozen=True)
class CodeBook:
    """Codes as arrays, sorted by influencer and start."""

    row: Ints
    owner: Ints
    starts: Floats
    ends: Floats
    handed: tuple[int, int] | None  # an influencer and a code that came to them later

    @classmethod
    def of(cls, roster: Roster) -> CodeBook:
        """The roster's codes; one that changed hands is kept apart for its new owner."""
        texts: dict[str, int] = {}
        handed = None
        rows = []
        for code in roster.codes:
            if texts.setdefault(code.code, code.influencer.index) != code.influencer.index:
                handed = (code.influencer.index, code.index)
            else:
                rows.append(code)
        rows.sort(key=lambda code: (code.influencer.index, code.starts))
        return cls(
            np.array([code.index for code in rows], dtype=np.int64),
            np.array([code.influencer.index for code in rows], dtype=np.int64),
            np.array([code.starts for code in rows]),
            np.array([np.inf if code.ends is None else code.ends for code in rows]),
            handed,
        )

    def valid(self, owner: Ints, at: Floats) -> Ints:
        """The code of each owner that is valid at each time, -1 where there is none."""
        span = 1e10
        place = np.searchsorted(self.owner * span + self.starts, owner * span + at, side="right") - 1
        safe = np.maximum(place, 0)
        fits = (place >= 0) & (self.owner[safe] == owner) & (at < self.ends[safe]) & (at >= self.starts[safe])
        return np.where(fits, self.row[safe], -1)


def fill_baskets(
    rng: np.random.Generator,
    people: People,
    plan: Plan,
    roster: Roster,
    follows: Bools,
    orders: Orders,
    contact_at: Floats,
) -> tuple[Orders, Baskets]:
    """Choose codes and devices. Without halo, effects that leave no trace at all are taken out again."""
    world, size = roster.world, len(orders.person)
    book = CodeBook.of(roster)
    who = np.where(orders.cause == INFLUENCER, plan.post_influencer[np.maximum(orders.post, 0)], -1)
    own = np.where(who >= 0, book.valid(np.maximum(who, 0), orders.at), -1)
    own = _handed_over(rng, roster, book, who, own, orders.at)
    draw = rng.random(size)
    uses = (orders.mode == CODE_ONLY) | (
        clicked_mode(orders) & (draw < plan.code_with_click[np.maximum(who, 0)])
    )
    uses |= (orders.mechanism == REPEAT) & (orders.cause == INFLUENCER) & (draw < 0.05)
    code = np.where(uses, own, -1)

    device = _order_devices(rng, people, orders, world)
    harvest = _harvests(rng, plan, follows, orders)
    harvest_code = book.valid(plan.post_influencer[np.maximum(harvest, 0)], orders.at)
    code = np.where((harvest >= 0) & (code < 0) & (rng.random(size) < 0.5), harvest_code, code)
    leak, coupon = _leaks(rng, people, plan, book, orders, world)
    second = np.where((code >= 0) & (leak >= 0) & (leak != code) & (rng.random(size) < 0.25), leak, -1)
    leaked = (leak >= 0) & ((code < 0) | (second >= 0))
    code = np.where((code < 0) & (leak >= 0), leak, code)
    shop_code = np.where(
        (code < 0) & (rng.random(size) < 0.12) & (contact_at[orders.person] < orders.at), WELCOME, 0
    )
    shop_code = np.where((shop_code == 0) & (rng.random(size) < 0.03), FREE_SHIPPING, shop_code)
    by_phone = ~orders.same_visit & (rng.random(size) < (MODEL.phone if world.halo else 0.0))
    harvest = np.where(by_phone, -1, harvest)
    owner = np.array([one.influencer.index for one in roster.codes], dtype=np.int64)
    is_own = (code >= 0) & (owner[np.maximum(code, 0)] == who)
    baskets = Baskets(code, second, leaked, coupon, shop_code, device, is_own, by_phone, harvest)
    if world.halo:
        return orders, baskets
    return _without_hidden(people, orders, baskets)


def _handed_over(
    rng: np.random.Generator, roster: Roster, book: CodeBook, who: Ints, own: Ints, at: Floats
) -> Ints:
    if book.handed is None:
        return own
    heir, code = book.handed
    fits = (who == heir) & (at >= roster.codes[code].starts) & (rng.random(len(at)) < 0.4)
    return np.where(fits, code, own)


def _order_devices(rng: np.random.Generator, people: People, orders: Orders, world: World) -> Ints:
    switches = rng.random(len(orders.person)) < MODEL.device_switch
    has_laptop = people.has_laptop[orders.person]
    other = np.where((orders.device != LAPTOP) & has_laptop, LAPTOP, PHONE)
    stays = np.where(orders.device == IN_APP, PHONE, orders.device)
    device = np.where(switches, other, stays)
    tied = orders.same_visit | (clicked_mode(orders) & (not world.halo))
    return np.where(tied, orders.device, device)


def _harvests(rng: np.random.Generator, plan: Plan, follows: Bools, orders: Orders) -> Ints:
    """The recent post of a harvester whose link is clicked before an order that was coming anyway."""
    harvest = np.full(len(orders.person), -1, dtype=np.int64)
    for who in np.flatnonzero(plan.harvest > 0):
        posts = plan.first_post[who] + np.arange(plan.posts[who])
        if not len(posts):
            continue
        by_time = posts[np.argsort(plan.post_at[posts], kind="stable")]
        times = plan.post_at[by_time]
        place = np.searchsorted(times, orders.at - HOUR, side="right") - 1
        recent = (place >= 0) & (orders.at - times[np.maximum(place, 0)] < 14 * DAY)
        theirs = (orders.cause == INFLUENCER) & (plan.post_influencer[np.maximum(orders.post, 0)] == who)
        hit = recent & follows[orders.person, who] & ~theirs & ~orders.same_visit & (harvest < 0)
        hit &= rng.random(len(hit)) < plan.harvest[who]
        harvest = np.where(hit, by_time[np.maximum(place, 0)], harvest)
    return harvest


def _leaks(
    rng: np.random.Generator, people: People, plan: Plan, book: CodeBook, orders: Orders, world: World
) -> tuple[Ints, Bools]:
    """Codes that coupon hunters find on coupon sites at checkout, and who looked."""
    looks = people.hunter[orders.person] & (rng.random(len(orders.person)) < 0.75)
    leakers = np.flatnonzero(plan.leak > 0)
    if not len(leakers):
        return np.full(len(looks), -1, dtype=np.int64), looks
    found = leakers[rng.integers(0, len(leakers), len(looks))]
    code = book.valid(found, orders.at)
    works = looks & (orders.at > 0.35 * world.seconds) & (rng.random(len(looks)) < plan.leak[found])
    return np.where(works, code, -1), looks


def _without_hidden(people: People, orders: Orders, baskets: Baskets) -> tuple[Orders, Baskets]:
    """Drop what an influencer caused and neither a code nor a click in the same browser shows."""
    moved = epochs(people, orders.person, baskets.device, orders.at) != epochs(
        people, orders.person, orders.device, orders.begun
    )
    linked = clicked_mode(orders) & ~moved & ~people.denied[orders.person] & (baskets.device == orders.device)
    hidden = (orders.cause == INFLUENCER) & (orders.mode >= 0) & ~baskets.is_own_code & ~linked
    kept = ~hidden
    return rows_of(orders, kept), Baskets(
        **{one.name: getattr(baskets, one.name)[kept] for one in fields(Baskets)}
    )


def order_visits(
    rng: np.random.Generator, people: People, orders: Orders, baskets: Baskets, contact_at: Floats
) -> list[Visits]:
    """The visit in which each order is placed, research before it, and harvested clicks."""
    size = len(orders.person)
    situation = np.where(orders.mechanism == REPEAT, 4, 0)
    situation = np.where((orders.cause == CHANNEL) & (orders.mechanism != REPEAT), 3, situation)
    situation = np.where((orders.mode >= 0), np.where(clicked_mode(orders), 1, 2), situation)
    entry = pick_rows(rng, LAST_VISIT, situation)
    no_mail = (entry == ENTRY["email"]) & (contact_at[orders.person] >= orders.at)
    entry = np.where(no_mail, ENTRY["direct"], entry)
    entry = np.where(orders.same_visit & (orders.cause == CHANNEL), orders.channel, entry)
    entry = np.where(orders.same_visit & (orders.cause == INFLUENCER), ENTRY["influencer"], entry)
    began = orders.at - 90 - np.floor(rng.exponential(330.0, size))
    began = np.where(orders.same_visit, orders.begun, began)
    # A visit cannot begin before the world does.
    began = np.maximum(began, 0.0)
    placed = make_visits(
        orders.person,
        began,
        entry,
        post=np.where(entry == ENTRY["influencer"], orders.post, -1),
        boosted=orders.boosted & orders.same_visit,
        device=baskets.device,
        brand=rng.random(size) < BRAND[situation],
        order=np.arange(size),
    )
    placed = rows_of(placed, ~baskets.by_phone)
    return [placed, _researches(rng, people, orders, baskets), _harvested(rng, orders, baskets, began)]


def _researches(rng: np.random.Generator, people: People, orders: Orders, baskets: Baskets) -> Visits:
    counts = rng.poisson(np.where(orders.mechanism == REPEAT, 0.35, 1.1))
    counts = np.where(orders.same_visit, 0, counts)
    row = np.repeat(np.arange(len(counts)), counts)
    person, order_at = orders.person[row], orders.at[row]
    since = np.where(orders.begun[row] < order_at, orders.begun[row], order_at - 12 * DAY)
    since = np.maximum(since, 0.0)
    # Interest grows towards the purchase.
    share = 1 - rng.random(len(row)) ** 2
    at = later(rng, since, (order_at - since) * share, people.shift[person])
    kept = (at < order_at - 2 * HOUR) & (at > since)
    person, row, at = person[kept], row[kept], at[kept]
    entry = pick_rows(rng, RESEARCH, np.zeros(len(row), dtype=np.int64))
    entry = np.where(entry == ENTRY["email"], ENTRY["organic_search"], entry)
    elsewhere = rng.random(len(row)) < MODEL.device_switch
    device = np.where(elsewhere, choose_device(rng, people, person), baskets.device[row])
    return replace(make_visits(person, at, entry, device=device), brand=rng.random(len(row)) < 0.5)


def _harvested(rng: np.random.Generator, orders: Orders, baskets: Baskets, began: Floats) -> Visits:
    row = np.flatnonzero(baskets.harvest >= 0)
    at = np.maximum(began[row] - 120 - np.floor(rng.exponential(1_500.0, len(row))), 0.0)
    return make_visits(
        orders.person[row], at, ENTRY["influencer"], post=baskets.harvest[row], device=baskets.device[row]
    )
