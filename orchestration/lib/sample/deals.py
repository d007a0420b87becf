"""What is agreed with the influencers: partnerships, posts, links and codes."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace

import numpy as np

from orchestration.lib.sample import names
from orchestration.lib.sample.config import DAY, HOUR, MODEL, World
from orchestration.lib.sample.roster import (
    FORMATS,
    QUOTES,
    Campaign,
    Code,
    Draft,
    Influencer,
    Link,
    Partnership,
    Post,
    Roster,
    draw_roster,
    plain,
)

#: Bigger productions cost more and reach more people, at a diminishing rate.
REACH_PER_FEE = 0.7
#: This influencer is not signed for the last season, and the code goes to somebody else then.
FORMER = 1
DISCOUNTS = (20, 15, 10, 25)


def plan_roster(world: World) -> Roster:
    """Everything that is planned in a world, from a stream of its own."""
    seed = world.seed if world.roster_seed is None else world.roster_seed
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,))))
    desk = _Desk(rng, draw_roster(rng, world))
    for influencer in desk.roster.influencers:
        desk.sign(influencer)
    desk.hand_over()
    return desk.roster


@dataclass
class _Desk:
    """The desk at which agreements are made; it knows which codes and slugs are taken."""

    rng: np.random.Generator
    roster: Roster
    code_owner: dict[str, int] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)

    def sign(self, influencer: Influencer) -> None:
        """Partnerships of one influencer: in three quarters of the seasons, or as a lasting ambassador."""
        chosen = self._campaigns(influencer)
        own_codes = influencer.index % 3 == 2
        for number, campaign in enumerate(chosen):
            partnership, posts = self._partnership(influencer, campaign)
            # The code of the last campaign stays valid, unless it was for this campaign only.
            is_open = number + 1 == len(chosen) and not own_codes
            self._code(partnership, None if is_open else (campaign.last_day + 1) * DAY, own_codes)
            self._links(partnership, posts)

    def _campaigns(self, influencer: Influencer) -> list[Campaign]:
        seasons, always = self.roster.campaigns[:-1], self.roster.campaigns[-1]
        if influencer.index % 9 == 5:
            return [always]
        if influencer.index == FORMER:
            return seasons[:-1]
        joins = self.rng.random(len(seasons)) < 0.75
        chosen = [season for season, join in zip(seasons, joins, strict=True) if join]
        if len(chosen) < 2:
            first = influencer.index % len(seasons)
            pair = {first, (first + 1) % len(seasons)}
            chosen = [season for season in seasons if season.index in pair]
        return chosen if influencer.kind.posts else chosen[:1]

    def _partnership(self, influencer: Influencer, campaign: Campaign) -> tuple[Partnership, list[Post]]:
        length = campaign.last_day - campaign.first_day
        usual = 2.4 if length < 60 else length / 18
        count = max(2, round(usual + self.rng.normal(0, 0.7))) if influencer.kind.posts else 0
        drafts = [self._draft(influencer, campaign, number, count) for number in range(count)]
        drafts.sort(key=lambda draft: draft.at)
        roster = self.roster
        partnership = Partnership(
            f"par_{len(roster.partnerships) + 1:04d}",
            influencer,
            campaign,
            sum(draft.fee for draft in drafts),
            30 if influencer.index % 7 == 3 else None,
        )
        roster.partnerships.append(partnership)
        posts = []
        for number, draft in enumerate(drafts):
            index = len(roster.posts) + number
            content = f"{draft.content_format}_{number + 1}"
            posts.append(
                Post(
                    **vars(draft),
                    index=index,
                    deliverable_id=f"del_{index + 1:05d}",
                    partnership=partnership,
                    content=content,
                )
            )
        roster.posts.extend(posts)
        return partnership, posts

    def _draft(self, influencer: Influencer, campaign: Campaign, number: int, count: int) -> Draft:
        rng, world, quote = self.rng, self.roster.world, QUOTES[influencer.currency]
        platform = influencer.platforms[number % len(influencer.platforms)]
        length = campaign.last_day - campaign.first_day
        day = campaign.first_day + math.floor(length * 0.82 * (number + float(rng.random())) / count)
        second = float(np.clip(rng.normal(17.5, 3.0), 6.0, 23.4)) * HOUR + float(rng.random()) * HOUR / 2
        size = float(np.exp(rng.normal(0.0, 0.35)))
        is_boosted = rng.random() < 0.22 and platform != "podcast"
        boost = influencer.reach * float(rng.uniform(0.15, 0.45)) if is_boosted else 0.0
        exposures = world.people * influencer.reach * MODEL.exposure_rate
        return Draft(
            platform=platform,
            content_format=str(rng.choice(FORMATS[platform])),
            at=round(day * DAY + second),
            strength=size**REACH_PER_FEE * float(np.exp(rng.normal(0.0, 0.2))),
            boost=boost,
            fee=tidy_fee(exposures * MODEL.fee_per_exposure * influencer.kind.price * size * quote),
            boost_cost=tidy_fee(world.people * boost * MODEL.boost_per_exposure * quote) if boost else 0,
        )

    def _code(self, partnership: Partnership, ends: float | None, own_code: bool) -> None:
        """One code an influencer for all campaigns, owned in turn by each; some have one a campaign."""
        influencer, campaign = partnership.influencer, partnership.campaign
        value = DISCOUNTS[influencer.index % len(DISCOUNTS)]
        text = self._code_text(influencer, campaign.name.split(" ")[0] if own_code else "", value)
        self.code_owner[text] = influencer.index
        self.roster.codes.append(
            Code(
                index=len(self.roster.codes),
                code=text,
                influencer=influencer,
                campaign=campaign,
                is_percent=influencer.index % 6 != 4,
                value=value,
                starts=campaign.first_day * DAY,
                ends=ends,
            )
        )

    def _code_text(self, influencer: Influencer, season: str, value: int) -> str:
        first, *rest = plain(influencer.name).upper().split(" ")
        last = "".join(rest)
        for length in itertools.count():
            extra = "" if length <= len(last) else str(length)
            text = f"{first}{last[:length]}{season.upper()}{extra}{value}"
            owner = self.code_owner.get(text)
            # A code for one campaign is never given out twice; a code for all is the influencer's for good.
            if owner is None or (owner == influencer.index and not season):
                return text
        raise AssertionError("unreachable: the search has no end")

    def _links(self, partnership: Partnership, posts: list[Post]) -> None:
        """One link a post, and one for the profile, which has no content parameter."""
        influencer = partnership.influencer
        base = self._slug(influencer, plain(partnership.campaign.name).split(" ")[0].lower())
        niche = names.NICHES[influencer.niche]
        for place, post in enumerate([*posts, None]):
            slug = base if place == 0 else f"{base}-{place + 1}"
            path = f"/collections/{niche}"
            if post is None:
                slug, path = f"{base}-bio", "/"
            elif place % 2 == 1:
                path = f"/products/{names.PRODUCTS[niche][place % 6][0].lower()}"
            self.slugs.add(slug)
            index = len(self.roster.links)
            self.roster.links.append(Link(index, f"lnk_{index + 1:05d}", partnership, post, slug, path))

    def _slug(self, influencer: Influencer, word: str) -> str:
        parts = plain(influencer.name).lower().split(" ")
        candidates = itertools.chain(
            [f"{parts[0]}-{word}", f"{'-'.join(parts)}-{word}"],
            (f"{'-'.join(parts)}-{word}{number}" for number in itertools.count(2)),
        )
        return next(slug for slug in candidates if slug not in self.slugs and f"{slug}-bio" not in self.slugs)

    def hand_over(self) -> None:
        """One code changes its owner: the former influencer's goes to the first one of the last season."""
        roster, season = self.roster, self.roster.campaigns[-2]
        old = [code for code in roster.codes if code.influencer.index == FORMER][-1]
        heirs = [one.influencer for one in roster.partnerships if one.campaign is season]
        if not heirs:
            return
        roster.codes[old.index] = replace(old, ends=(old.campaign.last_day + 1) * DAY)
        roster.codes.append(
            replace(
                old,
                index=len(roster.codes),
                influencer=heirs[0],
                campaign=season,
                starts=season.first_day * DAY,
                ends=None,
            )
        )


def tidy_fee(dollars: float) -> int:
    """A fee as people agree on it: multiples of five, at least ten; in cents."""
    return max(10, round(dollars / 5) * 5) * 100
