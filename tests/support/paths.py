"""Landing files and a registry out of paths such as `a>b`, so that examples run through the whole build."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.world import REGISTRY, Row, at, write_batch

SHOP = "https://shop.example/"
HOUR = 3600
#: Between two touches of a path; more than a session's idle time.
STEP = 6 * HOUR
#: How a key's visit comes in where the key is a channel; every other key is an influencer.
CHANNELS = {
    "direct": {},
    "email": {"page_url": "https://shop.example/?utm_source=news&utm_medium=email"},
    "paid_search": {"page_url": "https://shop.example/?gclid=x", "referrer_url": "https://www.google.com/"},
    "paid_social": {"page_url": "https://shop.example/?utm_source=facebook&utm_medium=paid_social"},
}


class Taken(NamedTuple):
    """A path and how many people took it; each who converts buys once for `revenue`."""

    path: str
    conversions: int
    losses: int = 0
    revenue: str = "100.00"


def write_world(
    landing: Path, registry: Path, taken: Iterable[Taken], tiers: Mapping[str, str] | None = None
) -> None:
    """One person for each time that a path was taken; `tiers` of influencers are `micro` unless given."""
    clicks: list[Row] = []
    orders: list[Row] = []
    influencers: set[str] = set()
    person = 0
    for path, conversions, losses, revenue in taken:
        keys = [key for key in path.split(">") if key]
        influencers.update(key for key in keys if key not in CHANNELS)
        for number in range(conversions + losses):
            person += 1
            clicks.extend(_visit(person, position, key) for position, key in enumerate(keys))
            if number < conversions:
                orders.append(_order(person, len(keys) * STEP, revenue))
    write_batch(landing, "paths", {"clicks": clicks, "orders": orders})
    write_registry(registry, sorted(influencers), tiers or {})


def write_registry(folder: Path, influencers: Iterable[str], tiers: Mapping[str, str]) -> None:
    """Influencers, one link each, whose utm_source is the influencer's id."""
    rows: dict[str, list[Row]] = {name: [] for name in REGISTRY}
    for influencer in influencers:
        rows["influencers"].append({"influencer_id": influencer, "influencer_name": f"Creator {influencer}",
                                    "tier": tiers.get(influencer, "micro")})  # fmt: skip
        rows["tracking_links"].append({"link_id": f"link_{influencer}", "influencer_id": influencer,
                                       "destination_url": SHOP, "utm_source": influencer})  # fmt: skip
        rows["promo_codes"].append({"promo_code": f"CODE_{influencer}", "influencer_id": influencer,
                                    "discount_type": "percent", "discount_value": "10"})  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in REGISTRY.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows[name])


def touch_key(key: str) -> str:
    """What the warehouse calls a key of a path."""
    return key if key in CHANNELS else f"influencer:{key}"


def _visit(person: int, position: int, key: str) -> Row:
    page = f"https://shop.example/?utm_source={key}"
    return {
        "event_id": f"e{person}_{position}", "event_at": at(position * STEP), "visitor_id": f"v{person}",
        "event_name": "page_view", "user_agent": "Mozilla/5.0 (iPhone)",
        **({"page_url": "https://shop.example/"} | CHANNELS[key] if key in CHANNELS else {"page_url": page}),
    }  # fmt: skip


def _order(person: int, seconds: float, revenue: str) -> Row:
    return {"order_id": f"o{person}", "ordered_at": at(seconds), "visitor_id": f"v{person}",
            "currency": "USD", "subtotal": revenue}  # fmt: skip
