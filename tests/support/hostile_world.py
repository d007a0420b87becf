"""A world of extremes: a visitor with most events, a buyer with hundreds of orders, ids that attack."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 1, 1)
POST = "https://shop.example/?utm_source=creator0&utm_medium=instagram&utm_campaign=spring"
#: Quotes, a NUL, emoji, SQL, templates, controls of direction, 5,000 characters, words for nothing.
IDS = (
    "a\0b",
    "q'u\"o`te",
    "🚀🚀",
    "a;drop table raw.clicks;--",
    "{{ x }}",
    "{% raw %}",
    "\u202eabc",
    "x" * 5000,
    "100% $1 \\n \\",
    "null",
    "NULL",
    "0",
    "-1",
)
#: Text and the instant that it means (a leap second is the next); None: outside of the years that are taken.
TIMES: tuple[tuple[str, str | None], ...] = (
    ("1970-01-01T00:00:00Z", "1970-01-01 00:00:00"),
    ("1969-12-31T23:59:59Z", None),
    ("2100-12-31T23:59:59Z", "2100-12-31 23:59:59"),
    ("2016-12-31T23:59:60Z", "2017-01-01 00:00:00"),
    ("2026-03-29T02:30:00+01:00", "2026-03-29 01:30:00"),
    ("2026-10-25T02:30:00+02:00", "2026-10-25 00:30:00"),
    ("2026-10-25T02:30:00+01:00", "2026-10-25 01:30:00"),
)
BIG = "1000000000000.00"


def write_hostile_world(landing: Path, events: int, orders: int) -> None:
    """Clicks, `events` of one visitor and a tenth as many in one second; `orders` of one buyer."""
    clicks: list[dict[str, Any]] = [
        {
            "event_id": f"whale {n}",
            "event_at": f"{START + timedelta(seconds=20 * n):%Y-%m-%dT%H:%M:%SZ}",
            "visitor_id": "whale",
            "page_url": POST if n % 997 == 0 else f"https://shop.example/p/{n % 50}",
        }
        for n in range(events)
    ]
    clicks += [
        {
            "event_id": f"at once {n}",
            "event_at": "2026-02-01T12:00:00Z",
            "visitor_id": f"v{n % 20}",
            "page_url": POST,
        }
        for n in range(events // 10)
    ]
    odd = [
        {
            "event_id": each,
            "event_at": "2026-02-02T00:00:00Z",
            "visitor_id": each,
            "customer_id": each,
            "order_id": "undefined",
            "page_url": POST,
        }
        for each in IDS
    ]
    odd += [
        {
            "event_id": f"time {n}",
            "event_at": text,
            "visitor_id": f"time {n}",
            "customer_id": f"time {n}",
            "page_url": POST,
        }
        for n, (text, _) in enumerate(TIMES)
    ]
    _write_csv(landing / "clicks" / "standard" / "many.csv", clicks)
    _write_json(landing / "clicks" / "standard" / "odd.jsonl", odd)
    sold: list[dict[str, Any]] = [
        {
            "order_id": f"whale {n}",
            "ordered_at": f"{START + timedelta(minutes=90 * n):%Y-%m-%dT%H:%M:%SZ}",
            "customer_id": "whale",
            "visitor_id": "whale",
            "subtotal": "19.99",
            "discount_amount": "1.11",
        }
        for n in range(orders)
    ]
    sold += [
        {"order_id": f"time {n}", "ordered_at": text, "customer_id": f"time {n}", "subtotal": BIG}
        for n, (text, _) in enumerate(TIMES)
    ]
    sold += [
        {"order_id": each, "ordered_at": "2026-02-03", "customer_id": each, "subtotal": "5"}
        for each in (*IDS, "undefined")
    ]
    for order in sold:
        order |= {"status": "paid", "currency": "USD"}
    _write_json(landing / "orders" / "standard" / "all.jsonl", sold)


def _write_csv(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "event_name"])
        writer.writeheader()
        writer.writerows(row | {"event_name": "page_view"} for row in rows)


def _write_json(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"event_name": "page_view"} | row if "event_at" in row else row) for row in rows)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
