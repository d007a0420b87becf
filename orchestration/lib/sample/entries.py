"""How each visit shows up at the door: device, landing page, query string, click id, referrer, browser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.lib.sample import web
from orchestration.lib.sample.config import ENTRY, MODEL, World
from orchestration.lib.sample.people import IN_APP, Bools, Floats, Ints, People
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import Visits


@dataclass(frozen=True)
class Arrivals:
    """The first event of each visit, and its browser; numbers of the tables in `web`."""

    page: Ints
    query: Ints
    click_id: Ints
    referrer: Ints
    browser: Ints


@dataclass(frozen=True)
class LinkBook:
    """Posts to links: the post's own, and the profile's of the same partnership."""

    of_post: Ints
    profile: Ints
    page: Ints
    platform: Ints  # of the post

    @classmethod
    def of(cls, roster: Roster) -> LinkBook:
        """The roster's links as arrays."""
        own = {link.post.index: link.index for link in roster.links if link.post is not None}
        profile = {link.partnership.partnership_id: link.index for link in roster.links if link.post is None}
        return cls(
            np.array([own[post.index] for post in roster.posts], dtype=np.int64),
            np.array([profile[post.partnership.partnership_id] for post in roster.posts], dtype=np.int64),
            np.array([web.PAGE[link.path] for link in roster.links], dtype=np.int64),
            np.array([PLATFORMS.index(post.platform) for post in roster.posts], dtype=np.int64),
        )


PLATFORMS = ("instagram", "tiktok", "youtube", "podcast", "newsletter")
#: Click ids that a paid boost leaves, and referrers that a click leaves, by platform.
BOOST_IDS = np.array([web.CLICK_IDS.index(name) for name in ("fbclid", "ttclid", "gclid", "", "")])
_PLATFORM_URLS = ("https://l.instagram.com/", "https://www.tiktok.com/", "https://www.youtube.com/", "", "")
PLATFORM_REFERRERS = np.array([web.REFERRER[url] for url in _PLATFORM_URLS])


def arrive(
    rng: np.random.Generator,
    people: People,
    roster: Roster,
    world: World,
    queries: web.Queries,
    visits: Visits,
) -> Arrivals:
    """Draw the arrival of each visit."""
    size, draw = len(visits.person), rng.random(len(visits.person))
    niche = np.where(rng.random(size) < 0.6, people.taste[visits.person], rng.integers(0, 6, size))
    page = np.where(draw < 0.35, 0, web.COLLECTION + niche)
    page = np.where(draw > 0.7, web.PRODUCT + niche * 6 + rng.integers(0, 6, size), page)
    page = np.where(visits.brand & (rng.random(size) < 0.85), 0, page)
    query, click_id, referrer = _channel_arrivals(rng, queries, visits)
    browser = _browsers(people, visits)
    theirs = visits.post >= 0
    book = LinkBook.of(roster)
    post = np.maximum(visits.post, 0)
    link = np.where(rng.random(size) < MODEL.bio_link_share, book.profile[post], book.of_post[post])
    variant = np.searchsorted(np.cumsum(web.VARIANT_WEIGHTS), rng.random(size), side="right")
    tagged = queries.first_link + link * web.VARIANTS + np.minimum(variant, web.VARIANTS - 1)
    # Apps and privacy tools strip some parameters; such a click looks like a plain social or direct visit.
    stripped = rng.random(size) < (0.03 if world.halo else 0.0)
    platform = book.platform[post]
    silent = rng.random(size) < 0.35
    return Arrivals(
        page=np.where(theirs, book.page[link], page),
        query=np.where(theirs, np.where(stripped, -1, tagged), query),
        click_id=np.where(theirs, np.where(visits.boosted & ~stripped, BOOST_IDS[platform], 0), click_id),
        referrer=np.where(theirs, np.where(silent, 0, PLATFORM_REFERRERS[platform]), referrer),
        browser=np.where(
            theirs & (visits.device == IN_APP), 8 + np.where(platform == 1, 2, browser % 2), browser
        ),
    )


def _browsers(people: People, visits: Visits) -> Ints:
    kind = np.where(visits.device == IN_APP, 2, visits.device)
    person = people.first + visits.person
    return kind * web.PER_DEVICE + (person * 2_654_435_761 >> 7) % web.PER_DEVICE


def _channel_arrivals(
    rng: np.random.Generator, queries: web.Queries, visits: Visits
) -> tuple[Ints, Ints, Ints]:
    size = len(visits.person)
    query = np.full(size, -1, dtype=np.int64)
    click_id = np.zeros(size, dtype=np.int64)
    referrer = np.zeros(size, dtype=np.int64)
    draw, second = rng.random(size), rng.random(size)
    for entry, first in queries.first.items():
        rows = visits.entry == entry
        query = np.where(rows, first + np.floor(draw * queries.count[entry]).astype(np.int64), query)
    query, click_id = _paid_search(visits, queries, draw, second, query, click_id)
    social = visits.entry == ENTRY["paid_social"]
    click_id = np.where(social, np.where(draw > 2 / 3, 3, 2), click_id)
    free = visits.entry == ENTRY["organic_social"]
    # Facebook adds its click id to plain posts too.
    click_id = np.where(free & (second >= 0.7), 2, click_id)

    def refer(entry: str, *weighted: tuple[float, str]) -> None:
        nonlocal referrer
        rows = visits.entry == ENTRY[entry]
        begin = 0.0
        for share, url in weighted:
            hit: Bools = rows & (second >= begin) & (second < begin + share)
            referrer = np.where(hit, web.REFERRER[url], referrer)
            begin += share

    google, bing = "https://www.google.com/", "https://www.bing.com/"
    refer("organic_search", (0.86, google), (0.08, bing), (1.0, "https://duckduckgo.com/"))
    refer("paid_search", (0.9, google), (1.0, bing))
    refer("email", (0.3, "https://mail.google.com/"), (0.2, "android-app://com.google.android.gm/"))
    refer("display", (1.0, "https://dailybrief.example/lifestyle"))
    refer("affiliates", (1.0, "https://www.gearbargains.example/best-of-2026"))
    refer(
        "referral",
        (0.5, "https://slowhome.example/blog/ten-small-upgrades"),
        (1.0, "https://trailnotes.example/packing-list"),
    )
    refer(
        "organic_social",
        (0.35, "https://l.instagram.com/"),
        (0.2, "https://www.pinterest.com/"),
        (0.15, "https://www.reddit.com/"),
        (1.0, "https://m.facebook.com/"),
    )
    meta = social & (draw <= 2 / 3)
    referrer = np.where(meta & (second < 0.7), web.REFERRER["https://l.facebook.com/"], referrer)
    return query, click_id, referrer


def _paid_search(
    visits: Visits, queries: web.Queries, draw: Floats, second: Floats, query: Ints, click_id: Ints
) -> tuple[Ints, Ints]:
    """Google with auto-tagging (some with UTM, some with the click id alone), and Bing."""
    rows = visits.entry == ENTRY["paid_search"]
    first = queries.first[ENTRY["paid_search"]]
    is_bing = second >= 0.9
    tagged = draw < 0.6
    google = np.where(tagged, first + visits.brand.astype(np.int64), first + 2)
    query = np.where(rows, np.where(is_bing, first + 3, google), query)
    identifier = np.where(draw < 0.9, 1, np.where(draw < 0.95, 5, 6))
    return query, np.where(rows, np.where(is_bing, 4, identifier), click_id)
