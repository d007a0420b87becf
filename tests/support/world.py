"""Small random worlds for property tests: landing rows and a registry, full of what really happens."""

from __future__ import annotations

import csv
import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 1, 5)
REGISTRY: dict[str, list[str]] = {
    "influencers": ["influencer_id", "influencer_name", "handle", "tier", "niche", "country", "followers"],
    "campaigns": [
        "campaign_id",
        "campaign_name",
        "utm_campaign",
        "starts_on",
        "ends_on",
        "product_category",
        "budget",
    ],
    "partnerships": [
        "partnership_id",
        "influencer_id",
        "campaign_id",
        "fee",
        "currency",
        "commission_pct",
        "attribution_window_days",
    ],
    "deliverables": [
        "deliverable_id",
        "partnership_id",
        "platform",
        "content_format",
        "utm_content",
        "posted_at",
        "post_url",
        "impressions",
        "engagements",
    ],
    "tracking_links": [
        "link_id",
        "influencer_id",
        "campaign_id",
        "deliverable_id",
        "slug",
        "destination_url",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "valid_from",
        "valid_to",
    ],
    "promo_codes": [
        "promo_code",
        "influencer_id",
        "campaign_id",
        "discount_type",
        "discount_value",
        "valid_from",
        "valid_to",
    ],
    "costs": [
        "cost_id",
        "influencer_id",
        "campaign_id",
        "deliverable_id",
        "cost_type",
        "incurred_on",
        "amount",
        "currency",
    ],
}

Row = dict[str, Any]


def at(seconds: float) -> str:
    """ISO-8601 time that many seconds after the world's start."""
    return (START + timedelta(seconds=round(seconds, 3))).isoformat() + "Z"


def write_registry(folder: Path, influencers: int = 3, corrected: bool = False) -> None:
    """A registry of that many influencers; `corrected` gives the first link to the second influencer."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = [f"inf_{number}" for number in range(influencers)]
    rows: dict[str, list[Row]] = {name: [] for name in REGISTRY}
    rows["campaigns"] = [
        {
            "campaign_id": "spring",
            "campaign_name": "Spring",
            "utm_campaign": "spring",
            "starts_on": "2026-01-01",
            "ends_on": "2026-04-01",
        }
    ]
    for number, influencer in enumerate(ids):
        owner = ids[1] if corrected and number == 0 else influencer
        rows["influencers"].append(
            {
                "influencer_id": influencer,
                "influencer_name": f"Creator {number}",
                "handle": f"@creator{number}",
                "tier": "micro",
            }
        )
        rows["partnerships"].append(
            {
                "partnership_id": f"par_{number}",
                "influencer_id": influencer,
                "campaign_id": "spring",
                "fee": "100",
                "currency": "USD",
                "commission_pct": "5",
                "attribution_window_days": 30 if number else None,
            }
        )
        rows["tracking_links"].append(
            {
                "link_id": f"link_{number}",
                "influencer_id": owner,
                "campaign_id": "spring",
                "destination_url": "https://shop.example/",
                "utm_source": f"creator{number}",
            }
        )
        rows["promo_codes"].append(
            {
                "promo_code": f"CODE{number}",
                "influencer_id": influencer,
                "campaign_id": "spring",
                "discount_type": "percent",
                "discount_value": "10",
            }
        )
        rows["costs"].append(
            {
                "cost_id": f"cost_{number}",
                "influencer_id": influencer,
                "campaign_id": "spring",
                "cost_type": "product",
                "incurred_on": "2026-01-10",
                "amount": "20",
                "currency": "USD",
            }
        )
    for name, columns in REGISTRY.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows[name])


def random_world(seed: int, visitors: int = 30, days: int = 60) -> dict[str, list[Row]]:
    """Rows per dataset. Devices are shared and switched, ids are sent twice with other contents, orders come
    in several versions, refunds and merged contacts come later than what they change."""
    pick = random.Random(seed)
    rows: dict[str, list[Row]] = {name: [] for name in ("clicks", "orders", "refunds", "contacts")}
    for visitor in range(visitors):
        _visits(pick, rows["clicks"], visitor, days)
    clicks = rows["clicks"]
    for number in range(visitors):
        _order(pick, rows, number, visitors, days)
        if pick.random() < 0.4:
            _contact(pick, rows["contacts"], number, visitors, days)
    # One id on several rows: an exact copy, an earlier row of another visitor, a later one.
    for click in pick.sample(clicks, len(clicks) // 10):
        copy = dict(click)
        if pick.random() < 0.6:
            copy["visitor_id"] = f"v{pick.randrange(visitors)}"
            copy["event_at"] = at(pick.random() * days * 86400)
        clicks.append(copy)
    for name in rows:
        pick.shuffle(rows[name])
    return rows


def _visits(pick: random.Random, clicks: list[Row], visitor: int, days: int) -> None:
    for _ in range(pick.randint(1, 5)):
        moment = pick.random() * days * 86400
        query = pick.choice(
            ["", "", f"?utm_source=Creator{pick.randrange(3)}&utm_campaign=spring", "?gclid=x"]
        )
        for step in range(pick.randint(1, 4)):
            clicks.append(
                {
                    "event_id": f"e{len(clicks)}" if pick.random() < 0.9 else None,
                    # Whole seconds on purpose: ties happen.
                    "event_at": at(int(moment)),
                    "visitor_id": f"v{visitor}",
                    "event_name": pick.choice(
                        ["page_view", "page_view", "page_view", "sign_up", "add_to_cart"]
                    ),
                    "page_url": f"https://shop.example/p{pick.randrange(4)}{query if step == 0 else ''}",
                    "referrer_url": pick.choice(
                        [None, "https://www.google.com/", "https://l.instagram.com/"]
                    ),
                    "user_agent": "Mozilla/5.0 (iPhone)",
                    "engagement_seconds": pick.choice([None, 5, 200]),
                    "customer_id": f"c{pick.randrange(10)}" if pick.random() < 0.05 else None,
                    "email": f"p{pick.randrange(12)}@mail.example" if pick.random() < 0.05 else None,
                    # Of half of all visitors, so that it stands for no order; and yet there is one.
                    "order_id": "undefined" if visitor % 2 == 0 and step == 0 else None,
                    "consent": pick.choice(["granted", "granted", "granted", "granted", None, "denied"]),
                }
            )
            moment += pick.choice([0, 20, 300, 1799, 1801, 4000])


def _order(pick: random.Random, rows: dict[str, list[Row]], number: int, visitors: int, days: int) -> None:
    base: Row = {
        "order_id": f"o{number}" if number else "undefined",
        "ordered_at": at(pick.random() * days * 86400),
        "customer_id": f"c{pick.randrange(10)}" if pick.random() < 0.6 else None,
        "email": f"p{pick.randrange(12)}@mail.example" if pick.random() < 0.6 else None,
        "visitor_id": f"v{pick.randrange(visitors)}" if pick.random() < 0.6 else None,
        "status": "paid",
        "currency": pick.choice(["USD", "USD", "EUR"]),
        "subtotal": f"{pick.randrange(1, 30000) / 100:.2f}",
        "discount_amount": "0.50",
        "discount_codes": pick.choice([None, "code0", "CODE1|code2", "OTHER"]),
        "survey_answer": pick.choice([None, "@creator1"]),
        "updated_at": "2026-03-10T00:00:00Z",
    }
    rows["orders"].append(base)
    if pick.random() < 0.3:
        newer = {
            **base,
            "updated_at": "2026-03-11T00:00:00Z",
            "status": pick.choice(["paid", "cancelled", "refunded"]),
            "customer_id": f"c{pick.randrange(10)}",
        }
        rows["orders"].append(newer)
    if pick.random() < 0.2:
        rows["refunds"].append(
            {
                "refund_id": f"r{number}",
                "order_id": base["order_id"],
                "refunded_at": at(days * 86400),
                "amount": "0.33",
            }
        )


def _contact(pick: random.Random, contacts: list[Row], number: int, visitors: int, days: int) -> None:
    lead = pick.random() * days * 86400
    base: Row = {
        "contact_id": f"k{number}",
        "created_at": at(lead),
        "became_lead_at": at(lead + 60),
        "email": f"p{pick.randrange(12)}@mail.example" if pick.random() < 0.7 else None,
        "customer_id": None,
        "visitor_id": f"v{pick.randrange(visitors)}" if pick.random() < 0.5 else None,
        "lead_source": pick.choice([None, "creator2", "Newsletter"]),
        "merged_into_contact_id": None,
        "updated_at": "2026-03-10T00:00:00Z",
    }
    contacts.append(base)
    if pick.random() < 0.3:
        contacts.append(
            {
                **base,
                "updated_at": "2026-03-12T00:00:00Z",
                "merged_into_contact_id": f"k{pick.randrange(number + 1)}",
            }
        )


def write_batch(landing: Path, name: str, batch: dict[str, list[Row]]) -> None:
    """One JSONL file a dataset that has rows."""
    for dataset, rows in batch.items():
        if rows:
            folder = landing / dataset / "standard"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.jsonl").write_text(
                "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
            )


def split(world: dict[str, list[Row]], seed: int, batches: int) -> list[dict[str, list[Row]]]:
    """The rows in random batches, so that orders come before clicks and old days after new ones."""
    pick = random.Random(seed)
    parts: list[dict[str, list[Row]]] = [{name: [] for name in world} for _ in range(batches)]
    for dataset, rows in world.items():
        for row in rows:
            parts[pick.randrange(batches)][dataset].append(row)
    return parts
