"""The planned side of a world: influencers, campaigns, partnerships, posts, links and codes.

All of it is drawn before any person exists, from a stream of its own (`World.roster_seed`), so that several
worlds can share one roster and differ in their people only.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from orchestration.lib.sample import names
from orchestration.lib.sample.config import ARCHETYPES, MODEL, ROSTER_CYCLE, Archetype, World

TIERS: dict[str, tuple[float, int, int]] = {
    # share of people reached (before scaling), smallest and largest number of followers
    "nano": (0.10, 2_400, 9_800),
    "micro": (0.22, 14_000, 88_000),
    "mid": (0.45, 110_000, 460_000),
    "macro": (0.95, 540_000, 980_000),
    "mega": (1.60, 1_200_000, 6_400_000),
}
FORMATS = {
    "instagram": ("reel", "story", "carousel"),
    "tiktok": ("video", "live"),
    "youtube": ("video", "short"),
    "podcast": ("episode",),
    "newsletter": ("issue",),
}
#: Mean time from a post to its exposures, in hours.
MEMORY_HOURS = {
    "reel": 26.0, "story": 9.0, "carousel": 20.0, "video": 40.0, "live": 5.0, "short": 30.0, "episode": 60.0,
    "issue": 15.0,
}  # fmt: skip
#: Rough units of the currency for one dollar, only used to quote fees.
QUOTES = {"USD": 1.0, "EUR": 0.9, "GBP": 0.8}


@dataclass(frozen=True)
class Influencer:
    """One creator; `index` is the position in the roster."""

    index: int
    influencer_id: str
    name: str
    handle: str
    tier: str
    niche: int
    country: str
    currency: str
    followers: int
    kind: Archetype
    reach: float
    platforms: tuple[str, ...]
    commission_pct: int
    invoiced: bool


@dataclass(frozen=True)
class Campaign:
    """One campaign; start and end are whole days from the start of the world."""

    index: int
    campaign_id: str
    name: str
    utm: str
    first_day: int
    last_day: int
    category: str


@dataclass(frozen=True)
class Partnership:
    """One influencer in one campaign. `fee` is in cents of the influencer's currency."""

    partnership_id: str
    influencer: Influencer
    campaign: Campaign
    fee: int
    window_days: int | None


@dataclass(frozen=True)
class Draft:
    """What is agreed of one post; `at` in seconds, money in cents of the influencer's currency."""

    platform: str
    content_format: str
    at: float
    strength: float
    boost: float
    fee: int
    boost_cost: int


@dataclass(frozen=True)
class Post(Draft):
    """One deliverable."""

    index: int
    deliverable_id: str
    partnership: Partnership
    content: str


@dataclass(frozen=True)
class Link:
    """One tracked link; a link with no post is the one in the profile."""

    index: int
    link_id: str
    partnership: Partnership
    post: Post | None
    slug: str
    path: str


@dataclass(frozen=True)
class Code:
    """One ownership of a promo code, from `starts` to `ends` (seconds; `None` = open)."""

    index: int
    code: str
    influencer: Influencer
    campaign: Campaign
    is_percent: bool
    value: int
    starts: float
    ends: float | None


@dataclass
class Roster:
    """Everything that is planned, in the order of its ids."""

    world: World
    influencers: list[Influencer] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    partnerships: list[Partnership] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)


def plain(text: str) -> str:
    """The text in ASCII: accents dropped, the rest as near as it gets."""
    swapped = text.replace("ø", "o").replace("Ø", "O").replace("ß", "ss")
    return unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode("ascii")


def draw_roster(rng: np.random.Generator, world: World) -> Roster:
    """Draw influencers and campaigns; `deals` adds what is agreed between them."""
    roster = Roster(world)
    roster.influencers = _influencers(rng, world)
    roster.campaigns = _campaigns(world)
    return roster


def _influencers(rng: np.random.Generator, world: World) -> list[Influencer]:
    taken: set[str] = set()
    drafts = []
    for index in range(world.influencers):
        kind = ARCHETYPES[ROSTER_CYCLE[index % len(ROSTER_CYCLE)]]
        first, last, place = _identity(rng, index, taken)
        tier = _tier(rng, kind, index)
        share, fewest, most = TIERS[tier]
        drafts.append(
            (index, kind, first, last, tier, share * kind.reach, place, int(rng.integers(fewest, most)))
        )
    scale = MODEL.follows_per_person / sum(draft[5] for draft in drafts)
    result = []
    for index, kind, first, last, tier, share, place, followers in drafts:
        result.append(
            Influencer(
                index=index,
                influencer_id=f"inf_{index + 1:04d}",
                name=f"{first} {last}",
                handle=f"{plain(first)}_{plain(last)}".lower(),
                tier=tier,
                niche=index % len(names.NICHES) if index < 12 else int(rng.integers(len(names.NICHES))),
                country=place[0],
                currency=place[3],
                followers=followers,
                kind=kind,
                reach=min(0.6, share * scale),
                platforms=_platforms(rng, kind),
                commission_pct=int(rng.choice([0, 0, 5, 8, 10, 15])),
                invoiced=bool(rng.random() < 0.5),
            )
        )
    return result


def _identity(
    rng: np.random.Generator, index: int, taken: set[str]
) -> tuple[str, str, tuple[str, float, int, str, int]]:
    """First name, last name and country; no two influencers share a name."""
    weights = [country[1] for country in names.COUNTRIES]
    place = names.COUNTRIES[int(rng.choice(len(names.COUNTRIES), p=weights))]
    if index < len(names.FIRST_ROSTER):
        first, last, code = names.FIRST_ROSTER[index]
        place = next(country for country in names.COUNTRIES if country[0] == code)
    else:
        first, last = str(rng.choice(names.FIRST_NAMES)), str(rng.choice(names.LAST_NAMES))
        while f"{first} {last}" in taken:
            first, last = str(rng.choice(names.FIRST_NAMES)), str(rng.choice(names.LAST_NAMES))
    taken.add(f"{first} {last}")
    return first, last, place


def _tier(rng: np.random.Generator, kind: Archetype, index: int) -> str:
    if kind.name == "reach_without_fit":
        return "mega" if index % 24 == 1 else "macro"
    if kind.name in ("small_excellent", "never_posted"):
        return "nano" if rng.random() < 0.6 else "micro"
    return str(rng.choice(list(TIERS), p=[0.15, 0.40, 0.30, 0.12, 0.03]))


def _platforms(rng: np.random.Generator, kind: Archetype) -> tuple[str, ...]:
    if kind.name == "code_voice":
        return ("podcast", "youtube")
    if kind.name == "introducer":
        return ("youtube", "newsletter")
    return (("instagram",), ("tiktok",), ("instagram", "tiktok"), ("youtube", "instagram"))[
        int(rng.integers(4))
    ]


def _campaigns(world: World) -> list[Campaign]:
    seasons = max(2, round(world.days / 46))
    slot = world.days / seasons
    campaigns: list[Campaign] = []
    for index in range(seasons):
        first_day = math.floor(index * slot) + 1
        last_day = min(world.days - 1, first_day + math.floor(slot * 0.8))
        begins = world.start + timedelta(days=first_day)
        name = f"{names.SEASONS[begins.month - 1]} {begins.year}"
        if any(other.name == name for other in campaigns):
            name += f" {index + 1}"
        utm = name.lower().replace(" ", "_")
        category = names.NICHES[(index * 5 + 1) % len(names.NICHES)]
        campaigns.append(Campaign(index, f"cmp_{index + 1:03d}", name, utm, first_day, last_day, category))
    campaigns.append(
        Campaign(seasons, f"cmp_{seasons + 1:03d}", "Ambassadors", "ambassadors", 1, world.days - 1, "")
    )
    return campaigns


def at_text(world: World, seconds: float) -> str:
    """A time of the world as ISO-8601 in UTC."""
    begin = datetime(world.start.year, world.start.month, world.start.day, tzinfo=UTC)
    return (begin + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
