"""Numbers become the landing columns of the contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.lib.sample import names, text, web
from orchestration.lib.sample.checkout import FREE_SHIPPING, WELCOME, Baskets
from orchestration.lib.sample.config import DAY, World
from orchestration.lib.sample.demand import Orders
from orchestration.lib.sample.events import DENIED, GRANTED, SECOND, Clicks, Shop
from orchestration.lib.sample.money import (
    COSTS,
    CURRENCIES,
    PENDING,
    PAID,
    PRICES,
    PRODUCT_IDS,
    STATUSES,
    Money,
)
from orchestration.lib.sample.people import Bools, Floats, Ints, People
from orchestration.lib.sample.roster import Roster

FIRST = [name.lower() for name in names.FIRST_NAMES]
LAST = [name.lower() for name in names.LAST_NAMES]
#: Affine permutations of numbers below these primes keep customer and order numbers free of their history.
_PRIME = 99_999_989


@dataclass(frozen=True)
class Ids:
    """How numbers become identifiers in one world."""

    world: World

    def visitors(self, numbers: Ints, known: Bools | None = None) -> pa.Array:
        """Cookies."""
        column = text.scrambled(numbers, 0x5A17_0000_0001 ^ self.world.seed)
        return column if known is None else text.blank(column, known)

    def events(self, numbers: Ints, known: Bools) -> pa.Array:
        """Event ids."""
        return text.blank(text.scrambled(numbers, 0x0E7E_0000_0003 ^ self.world.seed), known)

    def customers(self, person: Ints, known: Bools) -> pa.Array:
        """Customer ids by the world's number of the person."""
        return text.blank(text.numbered("c", (person * 61_803_399 + 7_000_003) % _PRIME, 8), known)

    def orders(self, number: Ints, known: Bools | None = None) -> pa.Array:
        """Order ids by the world's number of the order."""
        column = text.numbered("NP-", (number * 31_415_927 + 2_000_003) % _PRIME, 8)
        return column if known is None else text.blank(column, known)

    def emails(self, people: People, person: Ints, known: Bools, tag: str = "", variant: Ints | None = None) -> pa.Array:
        """Addresses of the chunk's people; `variant` 1 is typed in capitals, 2 with blanks around."""
        first = text.lookup(FIRST, people.name[person] // len(LAST))
        last = text.lookup(LAST, people.name[person] % len(LAST))
        number = pa.array(people.first + person).cast(pa.string())
        domain = text.lookup(("example.com", "example.org", "example.net", "mail.example"), person % 4)
        column = text.joined(first, ".", last, number, tag, "@", domain)
        if variant is not None:
            column = pc.if_else(pa.array(variant == 1), pc.utf8_title(column), column)
            column = pc.if_else(pa.array(variant == 2), text.joined(" ", column, " "), column)
        return text.blank(column, known)


def click_table(ids: Ids, people: People, queries: web.Queries, clicks: Clicks, event: Ints, orders_before: int) -> pa.Table:
    """The clicks of the contract, in the order given; `event` numbers events across the world."""
    path = text.lookup([f"{web.SHOP}{page}" for page in web.PAGES], clicks.page)
    query = text.lookup(queries.texts, clicks.query)
    marked = clicks.click_id > 0
    token = text.blank(text.hexadecimal(clicks.token.astype(np.uint64), 15), marked)
    key = text.blank(text.lookup(web.CLICK_IDS, clicks.click_id), marked)
    has_query = query.is_valid().to_numpy(zero_copy_only=False)
    question = text.lookup(("", "?"), (has_query | marked).astype(np.int64))
    ampersand = text.lookup(("", "&"), (has_query & marked).astype(np.int64))
    identifier = text.joined(key, text.lookup(("", "="), marked.astype(np.int64)), token)
    variant = (clicks.at // 1_000) % 29
    return pa.table(
        {
            "event_id": ids.events(event, event >= 0),
            "event_at": text.timestamps(clicks.at),
            "visitor_id": ids.visitors(clicks.visitor),
            "event_name": text.lookup(web.EVENTS, clicks.name),
            "page_url": text.joined(path, question, query, ampersand, identifier),
            "referrer_url": text.lookup(web.REFERRERS, clicks.referrer),
            "user_agent": text.lookup(web.BROWSERS, clicks.browser),
            "customer_id": ids.customers(people.first + np.maximum(clicks.customer, 0), clicks.customer >= 0),
            "email": ids.emails(people, np.maximum(clicks.email, 0), clicks.email >= 0, variant=variant),
            "order_id": ids.orders(orders_before + np.maximum(clicks.order, 0), clicks.order >= 0),
            "event_value": text.money(clicks.value, clicks.value >= 0),
            "engagement_seconds": pa.array(np.maximum(clicks.engagement, 0) / 10, mask=clicks.engagement < 0),
            "consent": text.lookup(("", "granted", "denied"), clicks.consent),
        }
    )


assert (GRANTED, DENIED) == (1, 2)


def code_texts(roster: Roster, baskets: Baskets, typed: Ints) -> pa.Array:
    """All codes of each order, separated by `|`; some buyers type them in small letters or with a blank."""
    codes = [code.code for code in roster.codes]
    first, second = text.lookup(codes, baskets.code), text.lookup(codes, baskets.second_code)
    first = pc.if_else(pa.array(typed % 11 == 3), pc.utf8_lower(first), first)
    first = pc.if_else(pa.array((typed % 41 == 5) & (baskets.code >= 0)), text.joined(first, " "), first)
    own = text.lookup(("", "WELCOME10", "FREESHIP"), baskets.shop_code)
    bar = ("", "|")
    two = text.lookup(bar, (baskets.second_code >= 0).astype(np.int64))
    more = text.lookup(bar, ((baskets.code >= 0) & (baskets.shop_code > 0)).astype(np.int64))
    line = text.joined(first, two, second, more, own)
    return text.blank(line, (baskets.code >= 0) | (baskets.shop_code > 0))


assert (WELCOME, FREE_SHIPPING) == (1, 2)


@dataclass(frozen=True)
class OrderRecords:
    """One chunk's orders with what is drawn for their records only."""

    people: People
    orders: Orders
    baskets: Baskets
    money: Money
    shop: Shop
    first_number: int
    survey: pa.Array
    has_email: Bools


def order_versions(ids: Ids, roster: Roster, records: OrderRecords) -> tuple[pa.Table, Ints]:
    """Every version of every order, by `updated_at`, and the time of each version in seconds of the world.

    An order is first written as it was placed; a later row under the same id says what became of it.
    """
    money, shop, world = records.money, records.shop, ids.world
    size = len(shop.ordered_at)
    changes = np.flatnonzero(np.isfinite(money.changed_at))
    row = np.concatenate([np.arange(size), changes])
    is_change = np.arange(len(row)) >= size
    first_status = np.where(money.was_pending | (money.status == PENDING), PENDING, PAID)
    status = np.where(is_change, money.status[row], first_status[row])
    placed = shop.ordered_at[row] + 1_300_000 + shop.ordered_at[row] % 47_000_003
    changed_at = np.where(is_change, money.changed_at[row], 0.0)
    changed = world.start_us + changed_at.astype(np.int64) * SECOND + shop.ordered_at[row] % SECOND
    updated = np.where(is_change, np.maximum(changed, placed + SECOND), placed)
    order = np.lexsort((row, updated))
    row, status, updated = row[order], status[order], updated[order]
    return _order_table(ids, roster, records, row, status, updated), (updated - world.start_us) // SECOND


def _order_table(ids: Ids, roster: Roster, records: OrderRecords, row: Ints, status: Ints, updated: Ints) -> pa.Table:
    people, orders, money, shop = records.people, records.orders, records.money, records.shop
    person = orders.person[row]
    visitor = shop.visitor[row]
    take = pa.array(row)
    return pa.table(
        {
            "order_id": ids.orders(records.first_number + row),
            "ordered_at": text.timestamps(shop.ordered_at[row]),
            "customer_id": ids.customers(people.first + person, ~people.guest[person]),
            "email": ids.emails(people, person, records.has_email[row], variant=shop.ordered_at[row] // 1_000 % 23),
            "visitor_id": ids.visitors(np.maximum(visitor, 0), visitor >= 0),
            "status": text.lookup(STATUSES, status),
            "currency": text.lookup(CURRENCIES, people.country[person]),
            "subtotal": text.money(money.subtotal[row]),
            "discount_amount": text.money(money.discount[row]),
            "shipping_amount": text.money(money.shipping[row]),
            "tax_amount": text.money(money.tax[row]),
            "total_amount": text.money(money.total[row]),
            "discount_codes": code_texts(roster, records.baskets, shop.ordered_at).take(take),
            "survey_answer": records.survey.take(take),
            "updated_at": text.timestamps(updated),
        }
    )


def line_table(ids: Ids, records: OrderRecords) -> tuple[pa.Table, Ints]:
    """Order lines by the time of their order, and that time in seconds of the world."""
    money, shop = records.money, records.shop
    order = np.lexsort((np.arange(len(money.line_order)), shop.ordered_at[money.line_order]))
    of, product, quantity = money.line_order[order], money.line_product[order], money.line_quantity[order]
    firsts = np.searchsorted(money.line_order, np.arange(len(shop.ordered_at)))
    place = order - firsts[of] + 1
    order_id = ids.orders(records.first_number + of)
    table = pa.table(
        {
            "order_id": order_id,
            "line_id": text.joined(order_id, "-", pa.array(place).cast(pa.string())),
            "product_id": text.lookup(PRODUCT_IDS, product),
            "product_category": text.lookup(names.NICHES, product // 6),
            "quantity": pa.array(quantity),
            "amount": text.money(PRICES[product] * quantity),
            "unit_cost": text.money(COSTS[product]),
        }
    )
    return table, (shop.ordered_at[of] - ids.world.start_us) // SECOND


def refund_table(ids: Ids, records: OrderRecords) -> tuple[pa.Table, Ints]:
    """Refunds by time, and that time in seconds of the world."""
    money, shop = records.money, records.shop
    rows = np.flatnonzero(np.isfinite(money.refunded_at))
    at = money.refunded_at[rows].astype(np.int64) * SECOND + shop.ordered_at[rows] * 7 % SECOND
    order = np.lexsort((rows, at))
    rows, at = rows[order], at[order]
    number = records.first_number + rows
    table = pa.table(
        {
            "refund_id": text.joined("R", ids.orders(number)),
            "order_id": ids.orders(number),
            "refunded_at": text.timestamps(ids.world.start_us + at),
            "amount": text.money(money.refund[rows]),
        }
    )
    return table, at // SECOND


def periods(world: World, seconds: Ints | Floats, tail_days: int) -> tuple[Ints, list[str]]:
    """The file of each row: a month, or for the last `tail_days` a day; times outside the world count to its ends."""
    from datetime import timedelta

    labels: list[str] = []
    of_day = np.empty(world.days, dtype=np.int64)
    for number in range(world.days):
        day = world.start + timedelta(days=number)
        label = f"{day:%Y-%m-%d}" if number >= world.days - tail_days else f"{day:%Y-%m}"
        if not labels or labels[-1] != label:
            labels.append(label)
        of_day[number] = len(labels) - 1
    day_number = np.clip(np.floor_divide(seconds, DAY).astype(np.int64), 0, world.days - 1)
    return of_day[day_number], labels
