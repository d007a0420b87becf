"""Visits: events into sessions, sessions to their origins, and the goals that they reach."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.oracle.inputs import REFERENCE, Inputs, Row, moment, plain, read_csv, text
from tests.support.oracle.people import Identifier, is_denied, stream

#: What tells events of one instant apart.
TOLD = ("event_at", "event_id", "visitor_id", "event_name", "page_url", "referrer_url", "engagement_seconds")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content")


@dataclass
class Session:
    """One visit. `key` is the published id once it is known, for breaking ties as the definition asks."""

    visitor: Identifier
    denied: bool
    events: list[Row]
    person: frozenset[Identifier] | None = None
    key: str = ""
    started_at: datetime = datetime.min
    ended_at: datetime = datetime.min
    page_views: int = 0
    engagement_seconds: float = 0
    landing_page: str | None = None
    source: str = ""
    medium: str = ""
    campaign: str | None = None
    content: str | None = None
    channel: str = ""
    link: Row | None = None
    goals: list[tuple[str, datetime]] = field(default_factory=list)
    micro_conversions: int = 0

    @property
    def is_engaged(self) -> bool:
        """More than any threshold of `engagement_rules`."""
        return self.engagement_seconds > 180 or self.page_views > 4 or self.micro_conversions > 0

    @property
    def is_bounce(self) -> bool:
        """One event, not engaged."""
        return len(self.events) == 1 and not self.is_engaged


class Reference:
    """The small files of `seeds/reference` that origins need."""

    def __init__(self) -> None:
        self.channels = sorted(
            read_csv(REFERENCE / "channel_rules.csv"), key=lambda row: int(row["rule_order"] or 0)
        )
        self.categories = {row["source"]: row for row in read_csv(REFERENCE / "source_categories.csv")}
        self.click_ids = {row["parameter"]: row for row in read_csv(REFERENCE / "click_ids.csv")}
        self.goals = read_csv(REFERENCE / "conversion_events.csv")
        self.spam = {row["host"] for row in read_csv(REFERENCE / "referrer_spam.csv")}
        self.excluded = {row["host"] for row in read_csv(REFERENCE / "excluded_referrers.csv")}
        self.judged: dict[str, bool] = {}
        self.bots = [re.compile(row["pattern"] or "") for row in read_csv(REFERENCE / "bot_patterns.csv")]

    def is_bot(self, click: Row) -> bool:
        """Known by its user agent."""
        agent = text(click.get("user_agent")) or ""
        if agent not in self.judged:
            self.judged[agent] = bool(agent) and any(bot.search(agent) for bot in self.bots)
        return self.judged[agent]


def told(click: Row) -> tuple:
    """The values of `TOLD`."""
    seconds = text(click.get("engagement_seconds"))
    return (
        moment(click["event_at"]),
        *(text(click.get(name)) for name in TOLD[1:-1]),
        float(seconds) if seconds else None,
    )


def parameters(click: Row) -> dict[str, str]:
    """Query parameters of the page, names in lower case, the first of each name."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(text(click.get("page_url")) or "").query):
        if value.strip():
            # Marketing tools encode twice.
            found.setdefault(name.lower(), unquote(value).strip())
    return found


def host(url: str | None) -> str | None:
    """Host without a leading `www.`."""
    found = urlsplit(url or "").hostname
    return found.removeprefix("www.") if found else None


def campaign(click: Row, reference: Reference) -> tuple[str | None, ...] | None:
    """What makes two campaigns different: UTM values, and without a source the click id."""
    given = parameters(click)
    parts = tuple(plain(given.get(name)) for name in UTM)
    click_id = None if parts[0] else next((name for name in given if name in reference.click_ids), None)
    return (*parts, click_id) if any(parts) or click_id else None


def sessions(inputs: Inputs, reference: Reference, ties: Mapping[tuple, int]) -> list[Session]:
    """All sessions of all visitors. `ties` orders events of one instant, by what tells them apart."""
    streams: dict[tuple[Identifier, bool], list[Row]] = defaultdict(list)
    for click in inputs.clicks:
        if not reference.is_bot(click):
            streams[stream(click), is_denied(click)].append(click)
    idle = timedelta(minutes=inputs.settings["session_timeout_minutes"])
    found: list[Session] = []
    for (visitor, denied), events in streams.items():
        events.sort(key=lambda event: (moment(event["event_at"]), ties.get(told(event), 0)))
        running: Session | None = None
        for event in events:
            new = campaign(event, reference)
            if (
                running is None
                or moment(event["event_at"]) - moment(running.events[-1]["event_at"]) > idle  # type: ignore[operator]
                or (new is not None and new != campaign(running.events[0], reference))
            ):
                running = Session(visitor, denied, [])
                found.append(running)
            running.events.append(event)
    own = {host(text(click.get("page_url"))) for click in inputs.clicks}
    own |= {host(text(link.get("destination_url"))) for link in inputs.registry["tracking_links"]}
    for session in found:
        _measure(session)
        _origin(session, inputs, reference, own - {None})  # type: ignore[arg-type]
        _goals(session, reference)
    return found


def _measure(session: Session) -> None:
    first, last = session.events[0], session.events[-1]
    session.started_at = moment(first["event_at"]) or datetime.min
    session.ended_at = moment(last["event_at"]) or datetime.min
    session.page_views = sum(event_name(event) == "page_view" for event in session.events)
    sent = [
        float(event["engagement_seconds"])
        for event in session.events
        if text(event.get("engagement_seconds"))
    ]
    elapsed = (session.ended_at - session.started_at).total_seconds()
    session.engagement_seconds = sum(sent) if sent else elapsed
    page = text(first.get("page_url"))
    session.landing_page = (urlsplit(page).path or "/") if page else None


def event_name(event: Row) -> str:
    """Lower case, with underscores."""
    return re.sub(r"[\s-]+", "_", str(event["event_name"]).strip().lower())


def _origin(session: Session, inputs: Inputs, reference: Reference, own: set[str]) -> None:
    first = session.events[0]
    given = {name: value.lower() for name, value in parameters(first).items()}
    source, medium = given.get("utm_source"), given.get("utm_medium")
    session.campaign, session.content = given.get("utm_campaign"), given.get("utm_content")
    click_id = next((name for name in given if name in reference.click_ids), None)
    referrer = host(text(first.get("referrer_url")))
    if referrer and (_within(referrer, own) or _within(referrer, reference.excluded)):
        referrer = None
    category = _category(referrer, reference)
    tagged = any(given.get(name) for name in UTM)
    if not source and click_id:
        source, medium = (
            reference.click_ids[click_id]["source"],
            medium or reference.click_ids[click_id]["medium"],
        )
    if referrer and not tagged and not click_id:
        source = category["canonical_source"] if category else referrer
        medium = "organic" if category and category["category"] == "search" else "referral"
        if category and category["category"] == "coupon":
            source = category["source"]
    session.source = source or ("(not set)" if tagged else "(direct)")
    session.medium = medium or ("(not set)" if tagged else "(none)")
    is_spam = bool(referrer and not tagged and not click_id and _within(referrer, reference.spam))
    session.link = _link(given, session.started_at, inputs.registry["tracking_links"])
    session.channel = "influencer" if session.link else _channel(session, click_id, reference)
    if is_spam:
        # The list names the site, whatever its subdomain.
        labels = str(referrer).split(".")
        session.source = next(
            name
            for name in (".".join(labels[number:]) for number in range(len(labels)))
            if name in reference.spam
        )
        session.channel = "referrer_spam"


def _within(name: str, hosts: set[str]) -> bool:
    labels = name.split(".")
    return any(".".join(labels[number:]) in hosts for number in range(len(labels)))


def _category(name: str | None, reference: Reference) -> Row | None:
    labels = (name or "").split(".")
    for number in range(len(labels)):
        found = reference.categories.get(".".join(labels[number:]))
        if found:
            return found
    return None


def _link(given: Mapping[str, str], at: datetime, links: list[Row]) -> Row | None:
    """Of the links valid at that moment the one with the most matching parts."""

    def rank(link: Row) -> tuple:
        parts = [bool(plain(link[name])) for name in ("utm_content", "utm_campaign", "utm_medium")]
        age = datetime.max - (moment(link["valid_from"]) or datetime.min)
        return (-sum(parts), *(not part for part in parts), age, link["link_id"])

    fitting = [
        link
        for link in links
        if plain(link["utm_source"])
        and all(plain(link[name]) in (None, given.get(name)) for name in UTM)
        and (moment(link["valid_from"]) or datetime.min) <= at < (moment(link["valid_to"]) or datetime.max)
    ]
    return min(fitting, key=rank, default=None)


def _channel(session: Session, click_id: str | None, reference: Reference) -> str:
    category = _category(session.source, reference)

    def fits(pattern: str | None, value: str | None) -> bool:
        return pattern is None or (value is not None and re.fullmatch(pattern, value) is not None)

    for rule in reference.channels:
        if (
            fits(rule["source_pattern"], session.source)
            and rule["source_category"] in (None, category["category"] if category else "")
            and fits(rule["medium_pattern"], session.medium)
            and fits(rule["campaign_pattern"], session.campaign)
            and fits(rule["requires_click_id"], click_id)
        ):
            return str(rule["channel"])
    return "(other)"


def _goals(session: Session, reference: Reference) -> None:
    """Times that goals were reached: each event, or the first in the session."""
    micro = 0
    for goal in sorted({str(rule["conversion_type"]) for rule in reference.goals}):
        rules = [rule for rule in reference.goals if rule["conversion_type"] == goal]
        times: list[datetime] = []
        for event in session.events:
            if any(rule["event_name"] and _reaches(event, rule) for rule in rules):
                times.append(moment(event["event_at"]) or datetime.min)
        if any(not rule["event_name"] and _deep(session, rule) for rule in rules):
            times.append(session.started_at)
        if rules[0]["count_per"] == "session":
            times = times[:1]
        if rules[0]["kind"] == "micro":
            micro += len(times)
        if rules[0]["is_attributed"] == "true":
            session.goals.extend((goal, at) for at in times)
    session.micro_conversions = micro


def _reaches(event: Row, rule: Row) -> bool:
    path = urlsplit(text(event.get("page_url")) or "").path
    pattern = rule["page_pattern"]
    return event_name(event) == rule["event_name"] and (not pattern or re.search(pattern, path) is not None)


def _deep(session: Session, rule: Row) -> bool:
    seconds, views = rule["min_engagement_seconds"], rule["min_page_views"]
    return (not seconds or session.engagement_seconds >= int(seconds)) and (
        not views or session.page_views >= int(views)
    )
