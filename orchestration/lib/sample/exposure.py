"""Who sees which post when, and what it does to them: the causal heart of the influencer side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.lib.sample.config import DAY, HOUR, MODEL, World
from orchestration.lib.sample.people import (
    IN_APP,
    Bools,
    Floats,
    Ints,
    People,
    choose_device,
    later,
    pick_rows,
)
from orchestration.lib.sample.roster import MEMORY_HOURS, Roster

CLICKED, CODE_ONLY, REMEMBERED = 0, 1, 2

#: How much more an exposure does where the niche is the person's first taste, second taste, or neither.
MATCH = np.array([1.7, 1.0, 0.45])
#: How much likelier such a person follows the influencer.
FOLLOW = np.array([2.3, 1.3, 0.55])


#: Share of a platform's clicks that open in the app's own browser.
APP_SHARE = {"instagram": 0.50, "tiktok": 0.55, "youtube": 0.12, "podcast": 0.0, "newsletter": 0.05}


@dataclass(frozen=True)
class Plan:
    """The roster as arrays, one value an influencer or post (posts are in the order of their influencers)."""

    niche: Ints
    reach: Floats
    fit: Floats
    curiosity: Floats
    same_visit: Floats
    delay_days: Floats
    modes: Floats
    code_with_click: Floats
    harvest: Floats
    leak: Floats
    post_influencer: Ints
    post_at: Floats
    post_strength: Floats
    post_boost: Floats
    post_memory: Floats
    post_app_share: Floats
    first_post: Ints
    posts: Ints


def plan_arrays(roster: Roster) -> Plan:
    """The roster's numbers as arrays."""
    people, posts = roster.influencers, roster.posts
    post_influencer = np.array([post.partnership.influencer.index for post in posts], dtype=np.int64)
    counts = np.bincount(post_influencer, minlength=len(people)).astype(np.int64)
    return Plan(
        niche=np.array([one.niche for one in people], dtype=np.int64),
        reach=np.array([one.reach for one in people]),
        fit=np.array([one.kind.fit for one in people]),
        curiosity=np.array([one.kind.curiosity for one in people]),
        same_visit=np.array([one.kind.same_visit for one in people]),
        delay_days=np.array([one.kind.delay_days for one in people]),
        modes=np.array([one.kind.modes for one in people]),
        code_with_click=np.array([one.kind.code_with_click for one in people]),
        harvest=np.array([one.kind.harvest for one in people]),
        leak=np.array([one.kind.leak for one in people]),
        post_influencer=post_influencer,
        post_at=np.array([post.at for post in posts]),
        post_strength=np.array([post.strength for post in posts]),
        post_boost=np.array([post.boost for post in posts]),
        post_memory=np.array([MEMORY_HOURS[post.content_format] * HOUR for post in posts]),
        post_app_share=np.array([APP_SHARE[post.platform] for post in posts]),
        first_post=np.cumsum(counts) - counts,
        posts=counts,
    )


@dataclass(frozen=True)
class Exposures:
    """Every time somebody sees a post: what it led to. `order_at` is infinite where it caused no purchase."""

    person: Ints
    post: Ints
    at: Floats
    device: Ints
    boosted: Bools
    clicked: Bools
    mode: Ints  # -1 where nothing was caused
    same_visit: Bools
    order_at: Floats


def link_devices(rng: np.random.Generator, people: People, plan: Plan, person: Ints, post: Ints) -> Ints:
    """The device on which somebody follows a post's link."""
    usual = choose_device(rng, people, person)
    return np.where(rng.random(len(person)) < plan.post_app_share[post], IN_APP, usual)


def affinity(people: People, niche: Ints) -> Ints:
    """0, 1 or 2 (people x influencers): the niche is the first taste, the second, or neither."""
    first = people.taste[:, None] == niche[None, :]
    second = people.second_taste[:, None] == niche[None, :]
    return np.where(first, 0, np.where(second, 1, 2))


def draw_follows(rng: np.random.Generator, people: People, plan: Plan) -> Bools:
    """Who follows whom (people x influencers)."""
    norm = (FOLLOW[0] + FOLLOW[1] + 4 * FOLLOW[2]) / 6
    table = (FOLLOW / norm)[:, None] * plan.reach[None, :]
    match = affinity(people, plan.niche).astype(np.int8)
    draws = rng.random((people.size, len(plan.niche)), dtype=np.float32)
    follows = np.zeros(draws.shape, dtype=bool)
    for kind in range(3):
        follows |= (match == kind) & (draws < table[kind][None, :].astype(np.float32))
    return follows


def draw_exposures(
    rng: np.random.Generator, people: People, plan: Plan, world: World, follows: Bools
) -> Exposures:
    """Expose followers (and, where a post is boosted, others), and decide what each exposure causes."""
    person, post, boosted = _seen(rng, people, plan, follows)
    delay = rng.exponential(1.0, len(post)) * plan.post_memory[post]
    at = later(rng, plan.post_at[post], delay, people.shift[person])
    inside = at < world.seconds
    person, post, boosted, at = person[inside], post[inside], boosted[inside], at[inside]
    who = plan.post_influencer[post]

    before = _seen_before(person, who, at, len(plan.niche))
    match = np.where(
        people.taste[person] == plan.niche[who],
        0,
        np.where(people.second_taste[person] == plan.niche[who], 1, 2),
    )
    chance = (
        MODEL.intent_rate
        * plan.fit[who]
        * MATCH[match]
        * people.propensity[person]
        * np.exp(-MODEL.fatigue * before)
        * np.where(boosted, 0.6, 1.0)
    )
    modes = plan.modes * np.array([1.0, 1.0, world.halo_strength])
    caused = rng.random(len(person)) < chance * modes.sum(axis=1)[who]
    mode = np.where(caused, pick_rows(rng, modes, who), -1)
    if not world.halo:
        mode = np.where(mode == REMEMBERED, -1, mode)
    curious = (mode == -1) & (
        rng.random(len(person)) < plan.curiosity[who] * (0.4 + 0.6 * people.curiosity[person])
    )

    same = (mode == CLICKED) & (rng.random(len(person)) < plan.same_visit[who])
    wait = plan.delay_days[who] * np.exp(0.8 * rng.standard_normal(len(person))) * DAY
    quick = rng.exponential(2.5 * DAY, len(person))
    order_at = later(rng, at, np.where(mode == CLICKED, wait, quick), people.shift[person])
    order_at = np.where(same, at + 150 + np.floor(rng.exponential(420.0, len(person))), order_at)
    order_at = np.where(mode == -1, np.inf, order_at)
    device = link_devices(rng, people, plan, person, post)
    return Exposures(person, post, at, device, boosted, curious | (mode == CLICKED), mode, same, order_at)


def _seen(rng: np.random.Generator, people: People, plan: Plan, follows: Bools) -> tuple[Ints, Ints, Bools]:
    person, who = np.nonzero(follows)
    counts = plan.posts[who]
    person = np.repeat(person, counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    post = np.repeat(plan.first_post[who], counts) + place
    seen = rng.random(len(post)) < np.minimum(MODEL.exposure_rate * plan.post_strength[post], 0.95)
    person, post = person[seen], post[seen]
    extra = rng.binomial(people.size, plan.post_boost)
    paid = np.repeat(np.arange(len(extra)), extra)
    paid_person = rng.integers(0, people.size, len(paid))
    boosted = np.concatenate([np.zeros(len(post), dtype=bool), np.ones(len(paid), dtype=bool)])
    return np.concatenate([person, paid_person]), np.concatenate([post, paid]), boosted


def _seen_before(person: Ints, who: Ints, at: Floats, influencers: int) -> Ints:
    """How many earlier exposures the person had to the same influencer."""
    pair = person * influencers + who
    order = np.lexsort((at, pair))
    grouped = pair[order]
    starts = (
        np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if len(grouped) else np.zeros(0, np.int64)
    )
    rank = np.arange(len(grouped)) - np.repeat(starts, np.diff(np.r_[starts, len(grouped)]))
    before = np.empty(len(grouped), dtype=np.int64)
    before[order] = rank
    return before
