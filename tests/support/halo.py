"""Daily orders without a trace of an influencer, of the sample generator's worlds, without any file."""

from __future__ import annotations

import numpy as np

from orchestration.lib.halo import Posts
from orchestration.lib.sample.checkout import fill_baskets
from orchestration.lib.sample.config import CHUNK_PEOPLE, DAY, ENTRY, World
from orchestration.lib.sample.deals import plan_roster
from orchestration.lib.sample.demand import draw_demand
from orchestration.lib.sample.exposure import draw_exposures, draw_follows, plan_arrays
from orchestration.lib.sample.people import day_edges, draw_people
from orchestration.lib.sample.tables import INFLUENCER, clicked_mode


def untraced_and_planted(world: World) -> tuple[np.ndarray, Posts, int]:
    """First orders of people who neither clicked an influencer's link before nor used a code, by day.

    And the posts, and how many of these orders the posts have caused.
    """
    planted = 0
    roster = plan_roster(world)
    plan, edges = plan_arrays(roster), day_edges(world)
    orders = np.zeros(world.days)
    for number, first in enumerate(range(0, world.people, CHUNK_PEOPLE)):
        size = min(CHUNK_PEOPLE, world.people - first)
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(world.seed, spawn_key=(1, number))))
        people = draw_people(rng, first, size)
        follows = draw_follows(rng, people, plan)
        exposures = draw_exposures(rng, people, plan, world, follows)
        visits, bought, contact_at = draw_demand(rng, people, plan, world, exposures, edges)
        bought, baskets = fill_baskets(rng, people, plan, roster, follows, bought, contact_at)
        seen = (visits.entry == ENTRY["influencer"]) & ~people.denied[visits.person]
        clicked_at = np.full(size, np.inf)
        np.minimum.at(clicked_at, visits.person[seen], visits.at[seen])
        order = np.lexsort((bought.at, bought.person))
        heads = order[np.r_[True, np.diff(bought.person[order]) > 0]]
        at_once = bought.same_visit & (bought.cause == INFLUENCER) & ~people.denied[bought.person]
        traced = (baskets.code >= 0) | (baskets.harvest >= 0) | at_once
        traced |= clicked_at[bought.person] < bought.at
        heads = heads[~traced[heads]]
        caused = (bought.cause == INFLUENCER) & (bought.mode >= 0) & ~clicked_mode(bought)
        planted += int(caused[heads].sum())
        days = (bought.at[heads] // DAY).astype(np.int64)
        orders += np.bincount(days, minlength=world.days)[: world.days]
    reach = np.array([one.strength * one.partnership.influencer.reach for one in roster.posts])
    return orders, Posts(plan.post_at / DAY, np.maximum(reach, 1e-6)), planted
