"""The two tables of the simulation, visits and orders, as records of arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from orchestration.lib.sample.exposure import CLICKED
from orchestration.lib.sample.people import Bools, Floats, Ints

NEED, TRIGGER, REPEAT = 0, 1, 2
ORGANIC, INFLUENCER, CHANNEL = 0, 1, 2


@dataclass(frozen=True)
class Visits:
    """Sessions before they become events; one value a visit, -1 = none."""

    person: Ints
    at: Floats
    device: Ints
    entry: Ints
    post: Ints
    boosted: Bools
    brand: Bools
    goal: Ints
    order: Ints


@dataclass(frozen=True)
class Orders:
    """Purchases; one value an order, -1 = none."""

    person: Ints
    at: Floats
    cause: Ints
    mechanism: Ints
    post: Ints  # the post that caused it (or, for a repeat, caused the first order)
    channel: Ints  # the channel that caused it
    mode: Ints  # how an influencer's effect shows; -1 for other causes
    same_visit: Bools
    boosted: Bools
    begun: Floats  # when the cause acted
    device: Ints  # where it acted


Rows = TypeVar("Rows", Visits, Orders)
Array = TypeVar("Array", Ints, Bools)


def stack(parts: list[Rows]) -> Rows:
    """One table out of several."""
    kind = type(parts[0])
    return kind(
        **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(kind)}
    )


def rows_of(table: Rows, rows: Ints | Bools) -> Rows:
    """The chosen rows."""
    return replace(table, **{one.name: getattr(table, one.name)[rows] for one in fields(table)})


def gather(values: Array, rows: Ints) -> Array:
    """`values[rows]`, also where there are no values and no row is meant (negative ones are not)."""
    if not len(values):
        return np.zeros(len(rows), dtype=values.dtype)
    return values[np.maximum(rows, 0)]


def make_visits(
    person: Ints,
    at: Floats,
    entry: Ints | int,
    *,
    post: Ints | None = None,
    boosted: Bools | None = None,
    device: Ints,
    brand: Bools | None = None,
    order: Ints | None = None,
) -> Visits:
    """Visits with the usual blanks filled in."""
    size = len(person)
    none = np.full(size, -1, dtype=np.int64)
    false = np.zeros(size, dtype=bool)
    return Visits(
        person=person,
        at=at,
        device=device,
        entry=np.full(size, entry, dtype=np.int64) if isinstance(entry, int) else entry,
        post=none if post is None else post,
        boosted=false if boosted is None else boosted,
        brand=false if brand is None else brand,
        goal=np.zeros(size, dtype=np.int64),
        order=none if order is None else order,
    )


def make_orders(
    person: Ints,
    at: Floats,
    cause: int,
    mechanism: int,
    device: Ints,
    *,
    post: Ints | None = None,
    channel: int = -1,
    mode: Ints | None = None,
    same_visit: Bools | None = None,
    boosted: Bools | None = None,
    begun: Floats | None = None,
) -> Orders:
    """Orders with the usual blanks filled in."""
    size = len(person)
    none = np.full(size, -1, dtype=np.int64)
    false = np.zeros(size, dtype=bool)
    return Orders(
        person=person,
        at=at,
        cause=np.full(size, cause, dtype=np.int64),
        mechanism=np.full(size, mechanism, dtype=np.int64),
        post=none if post is None else post,
        channel=np.full(size, channel, dtype=np.int64),
        mode=none if mode is None else mode,
        same_visit=false if same_visit is None else same_visit,
        boosted=false if boosted is None else boosted,
        begun=at if begun is None else begun,
        device=device,
    )


def clicked_mode(orders: Orders) -> Bools:
    """Orders whose cause was a click on an influencer's link."""
    return (orders.cause == INFLUENCER) & (orders.mode == CLICKED)
