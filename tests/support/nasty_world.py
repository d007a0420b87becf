"""Random worlds in which everything falls on an edge: the oracle's food.

Times lie on a coarse grid, so that touches meet windows' ends, owners change hands at the instant of an
order, sessions idle for exactly their timeout, and many things happen at once.
"""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

from tests.support.world import REGISTRY, START, Row

#: Links and codes change hands here, and much else happens.
HANDOVER = datetime(2026, 2, 4)
DAY = timedelta(days=1)
SHOP = "https://shop.example"


class NastyWorld:
    """Landing rows and registry rows of one seed."""

    def __init__(self, seed: int, people: int = 24, days: int = 90) -> None:
        self.pick, self.people, self.days = random.Random(seed), people, days
        self.kiosk = self.pick.choice([0, 0.2, 0.5])
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("clicks", "orders", "order_lines", "refunds", "contacts")
        }
        self.registry = _registry(self.pick)
        #: Instants to come back to: what happens at one of them happens exactly a window from another.
        self.instants = [HANDOVER, HANDOVER - DAY, HANDOVER + 30 * DAY, datetime(2026, 3, 1)]
        for number in range(people):
            for _ in range(self.pick.randint(0, 4)):
                self._visit(number)
            if self.pick.random() < 0.4:
                self._contact(number)
        for number in range(people):
            self._order(number)
        self._ends()
        for click in self.pick.sample(self.rows["clicks"], len(self.rows["clicks"]) // 12):
            again = dict(click)
            if click["event_id"] and self.pick.random() < 0.5:
                again["event_at"] = self.stamp(
                    _instant(click) + timedelta(seconds=self.pick.choice([-60, 1, 86400]))
                )
            self.rows["clicks"].append(again)
        for rows in self.rows.values():
            self.pick.shuffle(rows)

    def write_registry(self, folder: Path) -> None:
        """As CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in REGISTRY.items():
            with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(self.registry[name])

    def instant(self) -> datetime:
        """A moment on the grid, often one that was there before, or a window away from it."""
        pick = self.pick
        if pick.random() < 0.5:
            steps = pick.randrange(self.days * 48)
            at = START + timedelta(minutes=30 * steps)
        else:
            at = pick.choice(self.instants) + pick.choice([-1, 1]) * pick.choice([0, 1, 5, 30, 60, 90]) * DAY
        at += pick.choice(
            [timedelta(0)] * 6 + [timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=-1)]
        )
        at = min(max(at, START), START + 200 * DAY)
        self.instants.append(at)
        return at

    def stamp(self, at: datetime) -> str:
        """The moment as files write it: with Z, without an offset, or with one."""
        kind = self.pick.random()
        if kind < 0.4:
            return at.isoformat() + "Z"
        if kind < 0.7:
            return at.isoformat()
        zone = timezone(timedelta(minutes=self.pick.choice([-480, -210, 60, 330, 720])))
        return at.replace(tzinfo=UTC).astimezone(zone).isoformat()

    def identity(self, number: int, chance: float) -> Row:
        """Customer and e-mail of a person, sometimes of another, often none."""
        pick = self.pick
        who = number if pick.random() < 0.85 else pick.randrange(self.people)
        mail = f"p{who}@mail.example"
        return {
            "customer_id": f"c{who % (self.people // 2)}" if pick.random() < chance else None,
            "email": pick.choice([mail, mail, f" P{who}@Mail.Example "]) if pick.random() < chance else None,
        }

    def _visit(self, number: int) -> None:
        pick, at = self.pick, self.instant()
        visitor = self._device(number) if pick.random() < 0.9 else f"v{pick.randrange(self.people)}-0"
        consent = pick.choice(["granted", "granted", "granted", "granted", None, None, "denied"])
        agent = pick.choice(["Mozilla/5.0 (iPhone)"] * 9 + [None, "Googlebot/2.1"])
        for step in range(pick.randint(1, 5)):
            tagged = step == 0 or pick.random() < 0.2
            name = pick.choice(
                ["page_view"] * 4
                + ["Page View", "page-view"]
                + ["add_to_cart", "Sign Up", "video_start", "download", "purchase"]
            )
            page = pick.choice(["/", "/p1", "/p2?x=1", "/pricing", "/de/compare/a", ""])
            self.rows["clicks"].append(
                {
                    "event_id": f"e{len(self.rows['clicks'])}",
                    "event_at": self.stamp(at),
                    "visitor_id": visitor if pick.random() < 0.95 else None,
                    "event_name": name,
                    "page_url": pick.choice([*[SHOP] * 8, "", "HTTPS://www.Shop.example:443"])
                    + (page or "/")
                    + (self._query(page) if tagged else "")
                    if pick.random() < 0.95
                    else None,
                    "referrer_url": self._referrer(step),
                    "user_agent": agent,
                    **self.identity(number, 0.08),
                    "order_id": f"o{number}"
                    if name == "purchase"
                    else pick.choice([None, None, "undefined"]),
                    "engagement_seconds": pick.choice([None, None, 0, 5, 100, 180.5]),
                    "consent": consent,
                }
            )
            if self.rows["clicks"][-1]["visitor_id"] and pick.random() < 0.1:
                self.rows["clicks"][-1]["event_id"] = None
            at += timedelta(minutes=pick.choice([0, 0, 1, 29, 30, 30])) + timedelta(
                seconds=pick.choice([0, 0, 1])
            )

    def _referrer(self, step: int) -> str | None:
        if step and self.pick.random() < 0.7:
            return f"{SHOP}/p1"
        return self.pick.choice(
            [
                None,
                None,
                "https://www.google.com/",
                "https://l.instagram.com/",
                "https://blog.example/a",
                "https://www.paypal.com/",
                "https://m.youtube.com/watch?v=1",
                "https://www.retailmenot.com/view",
                "https://mail.google.com/",
                "https://WWW.Google.co.uk:443/search?q=x",
                "android-app://com.instagram.android/",
                "http://www.4webmasters.org/",
                "http://news.4webmasters.org/offer",
                "https://checkout.shop.example/cart",
                "https://www.bing.com",
            ]
        )

    def _query(self, page: str) -> str:
        pick = self.pick
        if pick.random() < 0.35:
            return ""
        if pick.random() < 0.3:
            query = pick.choice(
                [
                    "gclid=1",
                    "fbclid=2",
                    "utm_medium=email",
                    "utm_source=news&utm_medium=email&utm_campaign=may",
                    "utm_source=facebook&utm_medium=paid_social",
                    "utm_source=google&utm_medium=cpc&gclid=3",
                    "utm_campaign=spring",
                ]
            )
        else:
            link = pick.choice(self.registry["tracking_links"])
            parts = {
                name: link.get(name) for name in ("utm_source", "utm_medium", "utm_campaign", "utm_content")
            }
            for name in ("utm_medium", "utm_campaign", "utm_content"):
                if pick.random() < 0.25:
                    parts[name] = pick.choice([None, "other", "spring", "instagram"])
            given = [(name, _written(pick, value)) for name, value in parts.items() if value]
            query = "&".join(f"{name}={value}" for name, value in given)
        return ("&" if "?" in page else "?") + query

    def _order(self, number: int) -> None:
        pick = self.pick
        for again in range(pick.choice([1, 1, 1, 2, 3])):
            at = self.instant()
            order = f"o{number}" if not again else f"o{number}-{again}"
            if order == "o1":
                # What clicks of others say of this id is nothing, and this row still knows its buyer.
                order = "undefined"
            known = pick.random() < 0.9
            currency = pick.choice(["USD", "USD", "EUR", "GBP", "JPY", "KRW"])
            amounts = ["0", "0.01", "10", "33.3333", "82.55"]
            if currency in ("JPY", "KRW"):
                amounts = ["7654321", "98765432.1234"]
            base: Row = {
                "order_id": order,
                "ordered_at": self.stamp(at),
                **(self.identity(number, 0.6) if known else {"customer_id": None, "email": None}),
                "visitor_id": self._device(number) if known and pick.random() < 0.5 else None,
                "status": pick.choice(["paid", "paid", "paid", None, "refunded", "pending", "cancelled"]),
                "currency": currency,
                "subtotal": pick.choice([*amounts, f"{pick.randrange(1, 90000) / 100}"]),
                "discount_amount": pick.choice([None, "0", "0.50", "3.3350", "10"]),
                "shipping_amount": pick.choice([None, "4.90"]),
                "discount_codes": self._codes(),
                "survey_answer": pick.choice(
                    [None, None, "@Creator1", "Creator 2", "a friend", "shared", "creator3 "]
                ),
                "updated_at": "2026-05-10T00:00:00Z",
            }
            self.rows["orders"].append(base)
            if pick.random() < 0.2:
                older = {**base, "updated_at": "2026-05-09T23:59:59Z", "status": "paid", "subtotal": "999"}
                older["customer_id"] = f"c{pick.randrange(self.people // 2)}"
                self.rows["orders"].append(older)
            for refund in range(pick.choice([0, 0, 0, 1, 2])):
                self.rows["refunds"].append(
                    {
                        "refund_id": f"r{order}/{refund}",
                        "order_id": order,
                        "refunded_at": self.stamp(at + pick.choice([0, 1, 45]) * DAY),
                        "amount": pick.choice(["0.005", "1.0050", "10", "500.00"]),
                    }
                )
            if pick.random() < 0.2:
                # Another order in the same second, maybe of the same person.
                twin = {**base, "order_id": f"{order}t", "status": "paid", "subtotal": "5.55"}
                twin["discount_codes"] = self._codes()
                self.rows["orders"].append(twin)

    def _ends(self) -> None:
        """What must be there in every world: buyers at the ends of windows, of links' and of codes' times."""
        zero, little, end = timedelta(0), timedelta(microseconds=1), datetime(2026, 3, 6)
        bought_at_once = self.instant()
        for number, (source, visited_at, later, code) in enumerate(
            (
                ("creator0", self.instant(), 30 * DAY, None),
                ("creator0", self.instant(), 30 * DAY + little, None),
                ("news", self.instant(), 90 * DAY, None),
                ("news", self.instant(), 90 * DAY + little, None),
                ("shared", HANDOVER, DAY, None),
                ("shared", HANDOVER - little, DAY, None),
                ("baton", end, DAY, None),
                ("baton", end - little, DAY, None),
                ("creator2", bought_at_once, zero, None),
                (None, HANDOVER - DAY, DAY, "baton"),
                (None, HANDOVER - DAY, DAY - little, "baton"),
                (None, datetime(2026, 3, 1) - DAY, DAY, "mixed20"),
                (None, datetime(2026, 1, 10) - DAY, DAY, " CODE1 "),
            )
        ):
            name = f"end-{number}"
            self._end_visit(f"{name}a", name, visited_at, source)
            if number % 2:
                self._end_visit(f"{name}b", name, visited_at + later / 2, None)
            self.rows["orders"].append(
                {
                    "order_id": name,
                    "ordered_at": self.stamp(visited_at + later),
                    "currency": "USD",
                    "visitor_id": name,
                    "subtotal": "12.34",
                    "discount_codes": code,
                }
            )

    def _end_visit(self, event: str, visitor: str, at: datetime, source: str | None) -> None:
        page = f"{SHOP}/?utm_source={source}" if source else f"{SHOP}/"
        click = {"event_id": event, "event_at": self.stamp(at), "event_name": "page_view", "page_url": page}
        self.rows["clicks"].append({**click, "visitor_id": visitor})

    def _device(self, number: int) -> str:
        """One of the person's own, or a till that everybody uses."""
        pick = self.pick
        return "kiosk" if pick.random() < self.kiosk else f"v{number}-{pick.randrange(2)}"

    def _codes(self) -> str | None:
        pick = self.pick
        if pick.random() < 0.5:
            return None
        written = ["code0", " CODE0 ", "Code1", "BATON", "baton ", "mixed20", "UNKNOWN", "", "CODE-2", "four"]
        return "|".join(pick.choice(written) for _ in range(pick.choice([1, 1, 2, 3])))

    def _contact(self, number: int) -> None:
        pick, at = self.pick, self.instant()
        contact = f"k{number}"
        base: Row = {
            "contact_id": contact,
            "created_at": self.stamp(at),
            **self.identity(number, 0.6),
            "visitor_id": f"v{number}-0" if pick.random() < 0.4 else None,
            "became_lead_at": self.stamp(self.instant()) if pick.random() < 0.6 else None,
            "became_customer_at": self.stamp(self.instant()) if pick.random() < 0.5 else None,
            "lead_source": pick.choice(
                [None, "Newsletter", "creator2", "@Creator1", "Creator 3", "baton", "shared"]
            ),
            "merged_into_contact_id": f"k{pick.randrange(self.people)}" if pick.random() < 0.15 else None,
            "updated_at": "2026-05-10T00:00:00Z",
        }
        self.rows["contacts"].append(base)
        if pick.random() < 0.2:
            self.rows["contacts"].append(
                {**base, "lead_source": "creator0", "updated_at": "2026-05-09T00:00:00Z"}
            )


def _written(pick: random.Random, value: str) -> str:
    """A UTM value as people write it."""
    value = pick.choice([value, value, value.upper(), value.capitalize(), f"{value} "])
    return quote(value) if pick.random() < 0.7 else quote(value).replace("%20", "+")


def _instant(click: Row) -> datetime:
    at = datetime.fromisoformat(str(click["event_at"]).replace("Z", "+00:00"))
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)


def _registry(pick: random.Random) -> dict[str, list[Row]]:
    """Five influencers, links of every number of parts, a link and a code that change hands."""
    rows: dict[str, list[Row]] = {name: [] for name in REGISTRY}
    for number in range(5):
        rows["influencers"].append(
            {
                "influencer_id": f"inf_{number}",
                "influencer_name": f"Creator {number}",
                "handle": f"@creator{number}",
                "tier": "micro",
                "niche": pick.choice(["food", ""]),
                "followers": "1000",
            }
        )
    for campaign, starts, ends in (
        ("spring", "2026-01-05", "2026-02-28"),
        ("summer", "2026-02-01", "2026-04-30"),
    ):
        rows["campaigns"].append(
            {
                "campaign_id": campaign,
                "campaign_name": campaign.title(),
                "utm_campaign": campaign,
                "starts_on": starts,
                "ends_on": ends,
            }
        )
    terms = [
        # influencer, campaign, fee, currency, commission, window in days
        ("inf_0", "spring", "100", "USD", "5", "30"),
        ("inf_0", "summer", "120.50", "EUR", "", "1"),
        ("inf_1", "spring", "", "", "10", ""),
        ("inf_1", "summer", "80", "GBP", "7.5", "60"),
        ("inf_2", "spring", "50", "USD", "12.345", "400"),
        ("inf_3", "spring", "250", "USD", "", "5"),
        # For all campaigns but the one above, which has terms of its own.
        ("inf_2", "", "10", "", "3", "20"),
        ("inf_4", "", "", "", "2.5", "45"),
    ]
    for number, (influencer, campaign, fee, currency, commission, window) in enumerate(terms):
        rows["partnerships"].append(
            {
                "partnership_id": f"par_{number}",
                "influencer_id": influencer,
                "campaign_id": campaign,
                "fee": fee,
                "currency": currency,
                "commission_pct": commission,
                "attribution_window_days": window,
            }
        )
        rows["deliverables"].append(
            {
                "deliverable_id": f"del_{number}",
                "partnership_id": f"par_{number}",
                "platform": "instagram",
                "content_format": "reel",
                "utm_content": f"reel{number}",
                "posted_at": "2026-01-06T12:00:00Z",
            }
        )
    at = HANDOVER.isoformat() + "Z"
    links = [
        # influencer, campaign, deliverable, source, medium, campaign, content, from, to
        ("inf_0", "spring", "", "creator0", "", "", "", "", ""),
        ("inf_0", "summer", "", "creator0", "", "summer", "", "2026-02-01", ""),
        ("inf_0", "spring", "del_0", "creator0", "instagram", "spring", "reel0", "", ""),
        ("inf_1", "spring", "", "creator1", "instagram", "", "", "", at),
        ("inf_1", "summer", "", "creator1", "", "summer", "", "", ""),
        ("inf_1", "summer", "del_3", "creator1", "", "", "reel3", at, ""),
        ("inf_2", "", "", "creator2", "", "", "", "", ""),
        ("inf_2", "spring", "del_4", "creator2", "", "", "reel4", "", ""),
        ("inf_0", "spring", "", "shared", "", "", "", "", at),
        ("inf_1", "spring", "", "shared", "", "", "", at, ""),
        ("inf_2", "spring", "", "shared", "tiktok", "", "", "", ""),
        ("inf_4", "summer", "", "creator4", "", "", "", "", ""),
        ("inf_4", "", "del_6", "creator4", "", "", "reel6", "", ""),
        ("inf_2", "", "del_4", "creator2", "email", "", "reel4", "", ""),
        ("inf_3", "spring", "", "baton", "", "", "", at, "2026-03-06T00:00:00+00:00"),
    ]
    for number, link in enumerate(links):
        names = (
            "influencer_id",
            "campaign_id",
            "deliverable_id",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_content",
            "valid_from",
            "valid_to",
        )
        rows["tracking_links"].append(
            {
                "link_id": f"link_{number:02d}",
                "destination_url": f"{SHOP}/",
                **dict(zip(names, link, strict=True)),
            }
        )
    codes = [
        ("CODE0", "inf_0", "spring", "", ""),
        ("code1", "inf_1", "summer", "2026-01-10", ""),
        ("Baton", "inf_1", "spring", "", at),
        ("BATON", "inf_3", "spring", at, ""),
        ("MIXED20", "inf_2", "", "", "2026-03-01T00:00:00Z"),
        ("code-2", "inf_2", "spring", "", ""),
        ("FOUR", "inf_4", "", "", ""),
    ]
    for code, influencer, campaign, since, until in codes:
        rows["promo_codes"].append(
            {
                "promo_code": code,
                "influencer_id": influencer,
                "campaign_id": campaign,
                "discount_type": "percent",
                "discount_value": "10",
                "valid_from": since,
                "valid_to": until,
            }
        )
    costs = [
        # influencer, campaign, deliverable, type, day, amount, currency
        ("inf_0", "spring", "", "fee", "2026-01-05", "99.9950", "EUR"),
        ("inf_0", "spring", "del_0", "product", "2026-01-10", "20", "USD"),
        ("inf_0", "", "", "agency", "2026-01-11", "7.77", "GBP"),
        ("inf_1", "spring", "", "commission", "2026-02-10", "15", "USD"),
        ("inf_1", "spring", "", "boost", "2026-02-15", "1000", "JPY"),
        ("inf_3", "spring", "", "shipping", "2026-02-01", "4.5", "USD"),
        ("inf_4", "", "", "other", "2026-02-01", "3", "USD"),
    ]
    for number, (influencer, campaign, deliverable, kind, day, amount, currency) in enumerate(costs):
        rows["costs"].append(
            {
                "cost_id": f"cost_{number}",
                "influencer_id": influencer,
                "campaign_id": campaign,
                "deliverable_id": deliverable,
                "cost_type": kind,
                "incurred_on": day,
                "amount": amount,
                "currency": currency,
            }
        )
    return rows
