"""The planned side of a world: influencers, campaigns, partnerships, posts, links and codes.

All of it is drawn before any person exists, from a stream of its own (`World.roster_seed`), so that several worlds can
share one roster and differ in their people only.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from orchestration.lib.sample import names
from orchestration.lib.sample.config import ARCHETYPES, DAY, HOUR, MODEL, ROSTER_CYCLE, Archetype, World

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
#: US dollars that the market asks for one expected exposure.
FEE_PER_EXPOSURE = 0.85
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
class Post:
    """One deliverable. `at` is in seconds from the start of the world, money in cents of the influencer's currency."""

    index: int
    deliverable_id: str
    partnership: Partnership
    platform: str
    content_format: str
    content: str
    at: float
    strength: float
    boost: float
    fee: int
    boost_cost: int


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


def plan_roster(world: World) -> Roster:
    """Draw the roster of a world."""
    seed = world.seed if world.roster_seed is None else world.roster_seed
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,))))
    roster = Roster(world)
    roster.influencers = _influencers(rng, world)
    roster.campaigns = _campaigns(world)
    for influencer in roster.influencers:
        _sign(rng, roster, influencer)
    _hand_over(roster)
    return roster


def _influencers(rng: np.random.Generator, world: World) -> list[Influencer]:
    taken: set[str] = set()
    drafts = []
    for index in range(world.influencers):
        kind = ARCHETYPES[ROSTER_CYCLE[index % len(ROSTER_CYCLE)]]
        first, last = _name(rng, index, taken)
        tier = _tier(rng, kind, index)
        share, fewest, most = TIERS[tier]
        place = names.COUNTRIES[int(rng.choice(len(names.COUNTRIES), p=_country_weights()))]
        drafts.append((index, kind, first, last, tier, share * kind.reach, place, int(rng.integers(fewest, most))))
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


def _name(rng: np.random.Generator, index: int, taken: set[str]) -> tuple[str, str]:
    if index < len(names.FIRST_ROSTER):
        first, last = names.FIRST_ROSTER[index]
    else:
        first, last = str(rng.choice(names.FIRST_NAMES)), str(rng.choice(names.LAST_NAMES))
        while f"{first} {last}" in taken:
            first, last = str(rng.choice(names.FIRST_NAMES)), str(rng.choice(names.LAST_NAMES))
    taken.add(f"{first} {last}")
    return first, last


def _tier(rng: np.random.Generator, kind: Archetype, index: int) -> str:
    if kind.name == "reach_without_fit":
        return "mega" if index % 24 == 1 else "macro"
    if kind.name in ("small_excellent", "never_posted"):
        return "nano" if rng.random() < 0.6 else "micro"
    return str(rng.choice(list(TIERS), p=[0.15, 0.40, 0.30, 0.12, 0.03]))


def _country_weights() -> list[float]:
    return [country[1] for country in names.COUNTRIES]


def _platforms(rng: np.random.Generator, kind: Archetype) -> tuple[str, ...]:
    if kind.name == "code_voice":
        return ("podcast", "youtube")
    if kind.name == "introducer":
        return ("youtube", "newsletter")
    return (("instagram",), ("tiktok",), ("instagram", "tiktok"), ("youtube", "instagram"))[int(rng.integers(4))]


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
        # Some marketers type the campaign's name as it is, which links then carry percent- or plus-encoded.
        utm = name.lower() if index % 3 == 1 else name.lower().replace(" ", "_")
        category = names.NICHES[(index * 5 + 1) % len(names.NICHES)]
        campaigns.append(Campaign(index, f"cmp_{index + 1:03d}", name, utm, first_day, last_day, category))
    campaigns.append(
        Campaign(seasons, f"cmp_{seasons + 1:03d}", "Ambassadors", "ambassadors", 1, world.days - 1, "")
    )
    return campaigns


def _sign(rng: np.random.Generator, roster: Roster, influencer: Influencer) -> None:
    """Partnerships of one influencer: in two thirds of the seasons, or as an ambassador all the time."""
    seasons, always = roster.campaigns[:-1], roster.campaigns[-1]
    if influencer.index % 9 == 5:
        chosen = [always]
    else:
        joins = rng.random(len(seasons)) < 0.75
        chosen = [season for season, join in zip(seasons, joins, strict=True) if join]
        if len(chosen) < 2:
            chosen = [seasons[influencer.index % len(seasons)], seasons[(influencer.index + 1) % len(seasons)]]
        chosen = sorted({season.index: season for season in chosen}.values(), key=lambda season: season.index)
    if not influencer.kind.posts:
        chosen = chosen[:1]
    per_campaign = influencer.index % 3 == 2
    for number, campaign in enumerate(chosen):
        following = chosen[number + 1] if number + 1 < len(chosen) else None
        partnership = _partnership(rng, roster, influencer, campaign)
        _codes(roster, partnership, following, per_campaign)
        _links(roster, partnership, number)


def _partnership(rng: np.random.Generator, roster: Roster, influencer: Influencer, campaign: Campaign) -> Partnership:
    kind, world = influencer.kind, roster.world
    length = campaign.last_day - campaign.first_day
    count = 0 if not kind.posts else max(2, round((2.4 if length < 60 else length / 18) + rng.normal(0, 0.7)))
    quote = QUOTES[influencer.currency]
    drafts = []
    for number in range(count):
        platform = influencer.platforms[number % len(influencer.platforms)]
        content_format = str(rng.choice(FORMATS[platform]))
        day = campaign.first_day + math.floor(length * 0.82 * (number + float(rng.random())) / count)
        second = float(np.clip(rng.normal(17.5, 3.0), 6.0, 23.4)) * HOUR + float(rng.random()) * HOUR / 2
        strength = float(np.exp(rng.normal(0.0, 0.35)))
        boost = float(rng.uniform(0.03, 0.09)) if rng.random() < 0.22 and platform != "podcast" else 0.0
        exposures = world.people * influencer.reach * MODEL.exposure_rate
        fee = _tidy(exposures * FEE_PER_EXPOSURE * kind.price * float(np.exp(rng.normal(0, 0.2))) * quote)
        spend = _tidy(world.people * boost * 0.30 * quote) if boost else 0
        drafts.append((platform, content_format, day * DAY + second, strength, boost, fee, spend))
    partnership = Partnership(
        f"par_{len(roster.partnerships) + 1:04d}",
        influencer,
        campaign,
        sum(draft[5] for draft in drafts),
        30 if influencer.index % 7 == 3 else None,
    )
    roster.partnerships.append(partnership)
    drafts.sort(key=lambda draft: draft[2])
    for number, (platform, content_format, at, strength, boost, fee, spend) in enumerate(drafts):
        index = len(roster.posts)
        roster.posts.append(
            Post(
                index, f"del_{index + 1:05d}", partnership, platform, content_format,
                f"{content_format}-{number + 1}", round(at), strength, boost, fee, spend,
            )  # fmt: skip
        )
    return partnership


def _tidy(dollars: float) -> int:
    """A fee as people agree on it: multiples of five, at least ten; in cents."""
    return max(10, round(dollars / 5) * 5) * 100


def _codes(roster: Roster, partnership: Partnership, following: Campaign | None, per_campaign: bool) -> None:
    influencer, campaign = partnership.influencer, partnership.campaign
    value = (20, 15, 10, 25)[influencer.index % 4]
    is_percent = influencer.index % 6 != 4
    stem = plain(influencer.name.split(" ")[0]).upper()
    others = {code.code for code in roster.codes if code.influencer is not influencer}
    last = plain(influencer.name.split(" ")[-1]).upper()
    season = campaign.name.split(" ")[0].upper() if per_campaign else ""
    text = next(
        candidate
        for length in range(len(last) + 2)
        if (candidate := f"{stem}{last[:length]}{season}{value if length <= len(last) else influencer.index}")
        not in others
    )
    if per_campaign and any(code.code == text for code in roster.codes):
        text = f"{text}{campaign.first_day}"
    starts = campaign.first_day * DAY
    ends: float | None = None
    if per_campaign:
        ends = (campaign.last_day + 46) * DAY
    elif following is not None:
        ends = following.first_day * DAY
    roster.codes.append(
        Code(len(roster.codes), text, influencer, campaign, is_percent, value, starts, ends)
    )


def _links(roster: Roster, partnership: Partnership, number: int) -> None:
    influencer, campaign = partnership.influencer, partnership.campaign
    word = plain(campaign.name.split(" ")[0]).lower()
    parts = plain(influencer.name).lower().split(" ")
    taken = {link.slug for link in roster.links}
    first_base = f"{parts[0]}-{word}"
    base = next(
        candidate
        for candidate in (first_base, f"{'-'.join(parts)}-{word}", f"{'-'.join(parts)}-{word}-{number + 1}")
        if candidate not in taken and f"{candidate}-bio" not in taken
    )
    posts: list[Post | None] = [post for post in roster.posts if post.partnership is partnership]
    for place, post in enumerate([*posts, None]):
        slug = f"{base}-bio" if post is None else base if place == 0 else f"{base}-{place + 1}"
        niche = names.NICHES[influencer.niche]
        path = "/" if post is None else f"/collections/{niche}"
        if post is not None and place % 2 == 1:
            path = f"/products/{names.PRODUCTS[niche][place % 6][0].lower()}"
        index = len(roster.links)
        roster.links.append(Link(index, f"lnk_{index + 1:05d}", partnership, post, slug, path))


def _hand_over(roster: Roster) -> None:
    """One code changes its owner: the second influencer's is closed and given to another one later on."""
    first = roster.codes[0].influencer
    mine = [code for code in roster.codes if code.influencer is roster.influencers[1]]
    if not mine or mine[-1].ends is not None:
        return
    middle = float(math.floor((mine[-1].starts / DAY + roster.world.days) / 2) * DAY)
    if middle <= mine[-1].starts:
        return
    old = mine[-1]
    roster.codes[old.index] = Code(
        old.index, old.code, old.influencer, old.campaign, old.is_percent, old.value, old.starts, middle
    )
    heir = next(code for code in reversed(roster.codes) if code.influencer is first)
    roster.codes.append(
        Code(
            len(roster.codes), old.code, first, heir.campaign, old.is_percent, old.value,
            max(middle, heir.campaign.first_day * DAY), None,
        )  # fmt: skip
    )


def at_text(world: World, seconds: float) -> str:
    """A time of the world as ISO-8601 in UTC."""
    begin = datetime(world.start.year, world.start.month, world.start.day, tzinfo=UTC)
    return (begin + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
