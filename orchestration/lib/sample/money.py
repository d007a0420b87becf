"""Order lines, prices, discounts, refunds: integers in cents all the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.lib.sample import names
from orchestration.lib.sample.checkout import FREE_SHIPPING, WELCOME, Baskets
from orchestration.lib.sample.config import DAY, MODEL, World
from orchestration.lib.sample.people import Bools, Floats, Ints, People
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import Orders

PAID, PENDING, CANCELLED, REFUNDED = 0, 1, 2, 3
STATUSES = ("paid", "pending", "cancelled", "refunded")
PRODUCT_IDS = tuple(product[0] for niche in names.NICHES for product in names.PRODUCTS[niche])
PRICES = np.array([product[1] for niche in names.NICHES for product in names.PRODUCTS[niche]], dtype=np.int64)
COSTS = np.array([product[2] for niche in names.NICHES for product in names.PRODUCTS[niche]], dtype=np.int64)
PER_NICHE = 6
CURRENCIES = tuple(country[3] for country in names.COUNTRIES)
TAXES = np.array([country[4] for country in names.COUNTRIES], dtype=np.int64)


@dataclass(frozen=True)
class Money:
    """Amounts of each order in cents of its currency, and what became of it (seconds; infinite = never)."""

    subtotal: Ints
    discount: Ints
    shipping: Ints
    tax: Ints
    status: Ints
    was_pending: Bools
    changed_at: Floats
    refund: Ints
    refunded_at: Floats
    line_order: Ints
    line_product: Ints
    line_quantity: Ints

    @property
    def total(self) -> Ints:
        """What the buyer paid."""
        return self.subtotal - self.discount + self.shipping + self.tax

    @property
    def net(self) -> Ints:
        """Revenue as the contract defines it; nothing for orders that do not count."""
        counts = (self.status == PAID) | (self.status == REFUNDED)
        return np.where(counts, self.subtotal - self.discount - self.refund, 0)


def price_orders(
    rng: np.random.Generator, people: People, roster: Roster, orders: Orders, baskets: Baskets
) -> Money:
    """Fill every order's basket and settle what happens to it until the end of the world."""
    line_order, product, quantity = _lines(rng, people, roster, orders)
    size = len(orders.person)
    subtotal = np.bincount(line_order, weights=PRICES[product] * quantity, minlength=size).astype(np.int64)
    discount = np.minimum(_code_discount(roster, baskets, subtotal), subtotal)
    discount += np.where(baskets.shop_code == WELCOME, percent(subtotal, 10), 0)
    free = (subtotal - discount >= 7_500) | (baskets.shop_code == FREE_SHIPPING)
    shipping = np.where(free, 0, 595)
    tax = percent(subtotal - discount, TAXES[people.country[orders.person]])
    status, was_pending, changed_at, refund, refunded_at = _fate(
        rng, roster.world, orders.at, subtotal - discount, shipping + tax
    )
    return Money(
        subtotal, discount, shipping, tax, status, was_pending, changed_at, refund, refunded_at,
        line_order, product, quantity,
    )  # fmt: skip


def percent(cents: Ints, rate: Ints | int) -> Ints:
    """A share in whole percent, half a cent rounded up."""
    return (cents * rate + 50) // 100


def _lines(
    rng: np.random.Generator, people: People, roster: Roster, orders: Orders
) -> tuple[Ints, Ints, Ints]:
    size = len(orders.person)
    # Gamma-Gamma: a person's mean spend, and each order's around it.
    aim = rng.gamma(MODEL.spend_p, 1 / MODEL.spend_p, size) * people.spend[orders.person] * 100
    counts = 1 + np.minimum(rng.poisson(aim / 9_000.0), 5)
    order = np.repeat(np.arange(size), counts)
    niche = np.array([post.partnership.influencer.niche for post in roster.posts], dtype=np.int64)
    moved = np.where(orders.post >= 0, niche[np.maximum(orders.post, 0)], people.taste[orders.person])
    draw = rng.random(len(order))
    category = np.where(
        draw < 0.6,
        moved[order],
        np.where(
            draw < 0.8, people.taste[orders.person[order]], rng.integers(0, len(names.NICHES), len(order))
        ),
    )
    # Of two products drawn the one nearer to the line's share of the aim is bought.
    first = category * PER_NICHE + rng.integers(0, PER_NICHE, len(order))
    second = category * PER_NICHE + rng.integers(0, PER_NICHE, len(order))
    share = (aim / counts)[order]
    product = np.where(np.abs(PRICES[first] - share) <= np.abs(PRICES[second] - share), first, second)
    quantity = np.clip(np.round(share / PRICES[product]), 1, 4).astype(np.int64)
    return order, product, quantity


def _code_discount(roster: Roster, baskets: Baskets, subtotal: Ints) -> Ints:
    is_percent = np.array([code.is_percent for code in roster.codes])
    value = np.array([code.value for code in roster.codes], dtype=np.int64)
    total = np.zeros(len(subtotal), dtype=np.int64)
    for code in (baskets.code, baskets.second_code):
        safe = np.maximum(code, 0)
        amount = np.where(
            is_percent[safe], percent(subtotal, value[safe]), np.minimum(value[safe] * 100, subtotal)
        )
        total += np.where(code >= 0, amount, 0)
    return total


def _fate(
    rng: np.random.Generator, world: World, at: Floats, goods: Ints, extras: Ints
) -> tuple[Ints, Bools, Floats, Ints, Floats]:
    draw, size = rng.random(len(at)), len(at)
    edges = np.cumsum([MODEL.cancelled, MODEL.pending, MODEL.refund_full, MODEL.refund_partial])
    fate = np.searchsorted(edges, draw, side="right")
    cancel_at = at + 1_800 + np.floor(rng.exponential(1.2 * DAY, size))
    refund_at = at + 3 * DAY + np.floor(rng.gamma(2.0, 5.0 * DAY, size))
    cancelled = (fate == 0) & (cancel_at < world.seconds)
    # Orders wait for their payment; the last ones are still waiting when the world ends.
    was_pending = (fate == 1) | (rng.random(size) < 0.03)
    paid_at = at + 900 + np.floor(rng.exponential(0.8 * DAY, size))
    pending = (fate == 1) | (was_pending & (paid_at >= world.seconds))
    full = (fate == 2) & (refund_at < world.seconds) & ~pending
    part = (fate == 3) & (refund_at < world.seconds) & ~pending & (goods > 0)
    with_extras = full & (rng.random(size) < 0.2)
    share = rng.integers(15, 80, size)
    refund = np.where(full, goods + np.where(with_extras, extras, 0), 0)
    refund = np.where(part, np.maximum(percent(goods, share), 1), refund)
    # An order that a code made free has nothing to refund.
    full &= refund > 0
    status = np.where(cancelled, CANCELLED, np.where(pending, PENDING, np.where(full, REFUNDED, PAID)))
    changed_at = np.where(
        cancelled, cancel_at, np.where(full, refund_at, np.where(was_pending & ~pending, paid_at, np.inf))
    )
    refunded_at = np.where(refund > 0, refund_at, np.inf)
    return status, was_pending, changed_at, refund, refunded_at
