"""Numbers become identifiers: cookies, events, customers, orders, addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.lib.sample import names, text
from orchestration.lib.sample.config import World
from orchestration.lib.sample.people import Ints, People

FIRST = [name.lower() for name in names.FIRST_NAMES]
LAST = [name.lower() for name in names.LAST_NAMES]
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example")
#: Affine permutations of the numbers below this prime keep customer and order numbers free of their history.
PRIME = 99_999_989


def where_known(make: Callable[[Ints], pa.Array], numbers: Ints) -> pa.Array:
    """`make` of the numbers that are not negative; null for the others, at no cost."""
    known = numbers >= 0
    return make(numbers) if known.all() else text.spread(make(numbers[known]), known)


@dataclass(frozen=True)
class Ids:
    """The identifiers of one world. A negative number has none."""

    world: World

    def visitors(self, numbers: Ints) -> pa.Array:
        """Cookies."""
        key = 0x5A17_0000_0001 ^ self.world.seed
        return where_known(lambda known: text.scrambled(known, key), numbers)

    def events(self, numbers: Ints) -> pa.Array:
        """Event ids."""
        key = 0x0E7E_0000_0003 ^ self.world.seed
        return where_known(lambda known: text.scrambled(known, key), numbers)

    def customers(self, person: Ints) -> pa.Array:
        """Customer ids by the world's number of the person."""
        return where_known(
            lambda known: text.numbered("c", (known * 61_803_399 + 7_000_003) % PRIME, 8), person
        )

    def orders(self, number: Ints) -> pa.Array:
        """Order ids by the world's number of the order."""
        return where_known(
            lambda known: text.numbered("NP-", (known * 31_415_927 + 2_000_003) % PRIME, 8), number
        )

    def emails(self, people: People, person: Ints, typed: Ints | None = None, tag: str = "") -> pa.Array:
        """Addresses of the chunk's people; where `typed` is 1 in capitals, where 2 with blanks around."""
        known = person >= 0
        column = _addresses(people, person[known], tag)
        if typed is not None:
            style = typed[known]
            column = pc.if_else(pa.array(style == 1), pc.utf8_title(column), column)
            column = pc.if_else(pa.array(style == 2), text.joined(" ", column, " "), column)
        return text.spread(column, known)


def _addresses(people: People, person: Ints, tag: str) -> pa.Array:
    first = text.lookup(FIRST, people.name[person] // len(LAST))
    last = text.lookup(LAST, people.name[person] % len(LAST))
    number = pa.array(people.first + person).cast(pa.string())
    return text.joined(first, ".", last, number, tag, "@", text.lookup(MAIL_HOSTS, person % len(MAIL_HOSTS)))


def global_person(people: People, person: Ints) -> Ints:
    """Numbers of the chunk's people in the whole world; negative ones stay."""
    return np.where(person >= 0, people.first + person, -1)
