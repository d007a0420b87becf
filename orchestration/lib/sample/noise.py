"""What real click logs also hold: crawlers, a scraper that looks human, duplicates, events without an id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from orchestration.lib.sample import web
from orchestration.lib.sample.config import World
from orchestration.lib.sample.events import NULL, SECOND, Clicks, join, take
from orchestration.lib.sample.people import Ints, People

CRAWLED = 0.012
SCRAPED = 250
EXACT_DUPLICATES = 0.006
RETRANSMITTED = 0.003
WITHOUT_ID = 0.004
#: Visitor numbers from here on are nobody's.
_BOT_VISITORS = 1 << 43


def add_noise(
    rng: np.random.Generator, people: People, world: World, queries: web.Queries, clicks: Clicks
) -> tuple[Clicks, Ints]:
    """The events with noise, in time order, and each event's number (-1: the tracker gave none).

    Numbers count from 0 within the chunk; duplicates share theirs.
    """
    base = _BOT_VISITORS + people.first * 4
    clicks = join(
        [clicks, _crawlers(rng, world, queries, len(clicks.at), base), _scraper(rng, world, base, clicks)]
    )
    size = len(clicks.at)
    number = np.arange(size)
    number = np.where(rng.random(size) < WITHOUT_ID, -1, number)
    exact = np.flatnonzero(rng.random(size) < EXACT_DUPLICATES)
    resent = np.flatnonzero((rng.random(size) < RETRANSMITTED) & (number >= 0))
    again = take(clicks, resent)
    again = replace(
        again,
        at=again.at + rng.integers(400_000, 4_000_000, len(resent)),
        engagement=np.where(again.engagement >= 0, again.engagement + 7, -1),
    )
    everything = join([clicks, take(clicks, exact), again])
    numbers = np.concatenate([number, number[exact], number[resent]])
    order = np.lexsort((np.arange(len(numbers)), everything.at))
    return take(everything, order), numbers[order]


def _crawlers(rng: np.random.Generator, world: World, queries: web.Queries, humans: int, base: int) -> Clicks:
    size = max(4, round(humans * CRAWLED))
    browser = web.FIRST_CRAWLER + rng.integers(0, 4, size)
    # Link previews are fetched with all parameters of the link.
    previews = browser == web.FIRST_CRAWLER + 3
    links = len(queries.texts) - queries.first_link
    link = queries.first_link + rng.integers(0, max(1, links // web.VARIANTS), size) * web.VARIANTS
    at = world.start_us + rng.integers(0, world.days * 86_400 * SECOND, size)
    return _visits_of_nobody(
        at,
        base + 1 + np.arange(size),
        rng.integers(0, web.PAGE["/cart"], size),
        np.where(previews & (links > 0), link, -1),
        browser,
    )


def _scraper(rng: np.random.Generator, world: World, base: int, clicks: Clicks) -> Clicks:
    """One client with an ordinary browser that reads the whole shop in a few minutes."""
    size = max(60, min(SCRAPED, len(clicks.at) // 100))
    begin = world.start_us + int(rng.integers(world.days * 86_400 // 4, world.days * 86_400 // 2)) * SECOND
    at = begin + np.cumsum(rng.integers(350_000, 1_900_000, size))
    return _visits_of_nobody(
        at,
        np.full(size, base),
        np.arange(size) % web.PAGE["/cart"],
        np.full(size, -1),
        np.full(size, web.PER_DEVICE),
    )


def _visits_of_nobody(at: Ints, visitor: Ints, page: Ints, query: Ints, browser: Ints) -> Clicks:
    none = np.full(len(at), -1, dtype=np.int64)
    zero = np.zeros(len(at), dtype=np.int64)
    return Clicks(
        at=at, visitor=visitor, name=zero, page=page, query=query, click_id=zero, token=zero, referrer=zero,
        browser=browser, customer=none, email=none, order=none, value=none, engagement=none,
        consent=zero + NULL,
    )  # fmt: skip
