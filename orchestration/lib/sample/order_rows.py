"""Orders, lines and refunds become the rows of the contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.lib.sample import names, text
from orchestration.lib.sample.checkout import Baskets
from orchestration.lib.sample.events import SECOND, Shop
from orchestration.lib.sample.ids import Ids
from orchestration.lib.sample.money import (
    COSTS,
    CURRENCIES,
    PAID,
    PENDING,
    PRICES,
    PRODUCT_IDS,
    STATUSES,
    Money,
)
from orchestration.lib.sample.people import Bools, Ints, People
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import Orders

#: Codes of the shop itself, by `Baskets.shop_code`.
SHOP_CODES = ("", "WELCOME10", "FREESHIP")


def code_texts(roster: Roster, baskets: Baskets, typed: Ints) -> pa.Array:
    """All codes of each order, separated by `|`; some buyers type them in small letters or with a blank."""
    codes = [code.code for code in roster.codes]
    first, second = text.lookup(codes, baskets.code), text.lookup(codes, baskets.second_code)
    first = pc.if_else(pa.array(typed % 11 == 3), pc.utf8_lower(first), first)
    first = pc.if_else(pa.array((typed % 41 == 5) & (baskets.code >= 0)), text.joined(first, " "), first)
    own = text.lookup(SHOP_CODES, baskets.shop_code)
    bar = ("", "|")
    two = text.lookup(bar, (baskets.second_code >= 0).astype(np.int64))
    more = text.lookup(bar, ((baskets.code >= 0) & (baskets.shop_code > 0)).astype(np.int64))
    line = text.joined(first, two, second, more, own)
    return text.blank(line, (baskets.code >= 0) | (baskets.shop_code > 0))


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


def _order_table(
    ids: Ids, roster: Roster, records: OrderRecords, row: Ints, status: Ints, updated: Ints
) -> pa.Table:
    people, orders, money, shop = records.people, records.orders, records.money, records.shop
    person = orders.person[row]
    visitor = shop.visitor[row]
    take = pa.array(row)
    return pa.table(
        {
            "order_id": ids.orders(records.first_number + row),
            "ordered_at": text.timestamps(shop.ordered_at[row]),
            "customer_id": ids.customers(np.where(people.guest[person], -1, people.first + person)),
            "email": ids.emails(
                people,
                np.where(records.has_email[row], person, -1),
                shop.ordered_at[row] // 1_000 % 23,
            ),
            "visitor_id": ids.visitors(visitor),
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
