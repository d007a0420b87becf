"""People: identifiers that were seen together, in chains of any length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

from tests.support.oracle.inputs import Inputs, Row, plain, text

Identifier = tuple[str, str]
STRONG = ("customer", "email", "contact")
#: `identity_max_strong_neighbours`.
MOST_NEIGHBOURS = 10


def identifiers(row: Row) -> list[Identifier]:
    """Visitor, customer and e-mail of a click, order or contact."""
    found: list[Identifier] = []
    for kind, column in (("visitor", "visitor_id"), ("customer", "customer_id"), ("email", "email")):
        value = plain(row.get(column)) if kind == "email" else text(row.get(column))
        if value:
            found.append((kind, value.strip()))
    return found


def stream(click: Row) -> Identifier:
    """Whose event it is: the visitor's, else of the first that is known, at last nobody's but its own."""
    known = identifiers(click)
    if not known and text(click.get("order_id")) and not is_denied(click):
        # Not the order itself, whose id may stand for none.
        known = [("order's visitor", str(click["order_id"]).strip())]
    return (known or [("event", str(click["event_id"]))])[0]


def is_denied(click: Row) -> bool:
    """Whether the click is traffic only."""
    return plain(click.get("consent")) == "denied"


def people(inputs: Inputs, clicks: Iterable[Row]) -> dict[Identifier, frozenset[Identifier]]:
    """The person, a set of identifiers, of each identifier. `clicks` are those of no bot."""
    groups: list[list[Identifier]] = []
    for click in clicks:
        if not is_denied(click):
            seen = [stream(click), *identifiers(click)]
            if text(click.get("order_id")):
                seen.append(("order", str(click["order_id"]).strip()))
            groups.append(seen)
    none = no_orders(groups)
    groups = [[one for one in group if one not in none] for group in groups]
    for order in inputs.orders:
        groups.append([("order", str(order["order_id"]).strip()), *identifiers(order)])
    for contact in inputs.contacts:
        seen = [("contact", str(contact["contact_id"]).strip()), *identifiers(contact)]
        groups.append(seen)
        if text(contact.get("merged_into_contact_id")):
            groups.append([seen[0], ("contact", str(contact["merged_into_contact_id"]).strip())])
    apart = shared(groups)
    groups = [[member for member in group if member not in apart] for group in groups] + [
        [one] for one in apart
    ]
    return {member: component for component in components(groups) for member in component}  # type: ignore[misc]


def no_orders(clicks: Iterable[list[Identifier]]) -> set[Identifier]:
    """Orders that clicks give to more than ten visitors, or to more than ten customers and e-mails.

    A click's group begins with its stream.
    """
    streams: dict[Identifier, set[Identifier]] = defaultdict(set)
    strong: dict[Identifier, set[Identifier]] = defaultdict(set)
    for group in clicks:
        for order in (one for one in group if one[0] == "order"):
            streams[order].add(group[0])
            strong[order] |= {one for one in group[1:] if one[0] in STRONG}
    return {
        order
        for order in streams
        if len(streams[order]) > MOST_NEIGHBOURS or len(strong[order]) > MOST_NEIGHBOURS
    }


def shared(groups: Iterable[Iterable[Identifier]]) -> set[Identifier]:
    """Visitors, customers and e-mails that joined more than ten customers, e-mails and contacts.

    An order joins all who were seen with it.
    """
    groups = [list(group) for group in groups]
    at_orders: dict[Identifier, set[Identifier]] = defaultdict(set)
    for group in groups:
        for order in (one for one in group if one[0] == "order"):
            at_orders[order] |= {one for one in group if one[0] in ("visitor", "customer", "email")}
    neighbours: dict[Identifier, set[Identifier]] = defaultdict(set)
    for group in [*groups, *at_orders.values()]:
        for one in group:
            neighbours[one] |= {other for other in group if other[0] in STRONG and other != one}
    return {
        one
        for one, others in neighbours.items()
        if one[0] in ("visitor", "customer", "email") and len(others) > MOST_NEIGHBOURS
    }


def components(groups: Iterable[Iterable[Hashable]]) -> list[frozenset[Hashable]]:
    """Groups that share a member, merged until none do."""
    member_of: dict[Hashable, set[Hashable]] = {}
    for group in groups:
        merged = set(group)
        for old in {id(member_of[one]): member_of[one] for one in group if one in member_of}.values():
            merged |= old
        for one in merged:
            member_of[one] = merged
    return [frozenset(one) for one in {id(group): group for group in member_of.values()}.values()]
