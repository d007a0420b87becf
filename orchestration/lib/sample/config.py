"""The settings of a generated world, and the constants of its causal model.

Every constant here is described, with the formula that uses it, in `docs/sample-world.md`. None is tuned so
that one attribution model comes out best: the planted influencers defeat each model in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: The first day after every generated world; worlds grow backwards from here, so that dates stay in the past.
WORLD_END = date(2026, 6, 4)

#: People are simulated in chunks of this many, each with its own random stream; part of what a seed means.
CHUNK_PEOPLE = 5_000

DAY = 86_400.0
HOUR = 3_600.0

#: How a visit came in; `truth.csv` names causes by them, as `channel:<name>`.
ENTRIES = (
    "direct",
    "organic_search",
    "paid_search",
    "paid_social",
    "email",
    "display",
    "affiliates",
    "referral",
    "organic_social",
    "influencer",
    "coupon_site",
)
ENTRY = {name: code for code, name in enumerate(ENTRIES)}

#: Landing and truth file formats that `write_sample` knows; `mixed` shows one of each.
FILE_FORMATS = ("mixed", "csv", "csv.gz", "jsonl", "jsonl.gz", "parquet")


@dataclass(frozen=True)
class World:
    """What one generated world is a function of; the same values give the same bytes."""

    people: int
    days: int
    seed: int
    halo: bool = True
    roster_seed: int | None = None
    halo_strength: float = 1.0

    def __post_init__(self) -> None:
        if self.people < 50:
            raise ValueError(f"people is {self.people}; a world needs at least 50")
        if not 14 <= self.days <= 3_650:
            raise ValueError(f"days is {self.days}; a world lasts 14 to 3650 days")
        if not 0 <= self.halo_strength <= 20:
            raise ValueError(f"halo_strength is {self.halo_strength}; use 0 to 20")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; a seed is 0 or more")

    @property
    def start(self) -> date:
        """The first day of the world."""
        return WORLD_END - timedelta(days=self.days)

    @property
    def start_us(self) -> int:
        """Microseconds from 1970 to the world's first midnight (UTC)."""
        begin = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(begin.timestamp()) * 1_000_000

    @property
    def seconds(self) -> float:
        """The length of the world in seconds."""
        return self.days * DAY

    @property
    def influencers(self) -> int:
        """How many influencers the roster has: 12 up to 5,000 people, about 490 for a million."""
        return max(12, min(2_000, round(12 * (self.people / 5_000) ** 0.7)))


@dataclass(frozen=True)
class Archetype:
    """What kind of influencer: how their audience reacts, and what they charge for it."""

    name: str
    reach: float  # multiplies the tier's reach
    fit: float  # multiplies the chance that an exposure causes a purchase
    curiosity: float  # chance of a click from an exposure that causes nothing
    price: float  # multiplies the market fee
    same_visit: float  # share of caused, clicked purchases made in the clicking visit
    delay_days: float  # median consideration time of the others
    modes: tuple[float, float, float]  # how a caused purchase shows: clicked, code without click, remembered
    code_with_click: float  # share of clicked purchases that also redeem the code
    harvest: float = 0.0  # chance that a follower about to buy anyway clicks this link just before
    leak: float = 0.0  # chance that a coupon hunter's order redeems the leaked code
    posts: bool = True


ARCHETYPES = {
    kind.name: kind
    for kind in (
        Archetype("steady", 1.0, 1.0, 0.055, 1.0, 0.35, 4.0, (0.55, 0.20, 0.25), 0.45),
        Archetype("reach_without_fit", 1.9, 0.04, 0.100, 1.5, 0.30, 4.0, (0.60, 0.15, 0.25), 0.40),
        Archetype("small_excellent", 0.8, 3.6, 0.060, 1.1, 0.45, 3.0, (0.55, 0.20, 0.25), 0.55),
        Archetype("leaker", 1.0, 0.6, 0.055, 1.0, 0.35, 4.0, (0.50, 0.30, 0.20), 0.60, leak=0.55),
        Archetype("introducer", 1.2, 1.5, 0.090, 0.9, 0.04, 19.0, (0.72, 0.03, 0.25), 0.08),
        Archetype("harvester", 1.3, 0.25, 0.050, 1.0, 0.50, 2.0, (0.60, 0.25, 0.15), 0.60, harvest=0.30),
        Archetype("code_voice", 1.0, 1.3, 0.010, 1.0, 0.30, 5.0, (0.12, 0.58, 0.30), 0.80),
        Archetype("never_posted", 0.6, 0.0, 0.0, 0.0, 0.3, 4.0, (0.6, 0.2, 0.2), 0.0, posts=False),
    )
}

#: The archetypes of the roster, in order and repeated; the first twelve are the bundled sample's.
ROSTER_CYCLE = (
    "steady",
    "reach_without_fit",
    "small_excellent",
    "leaker",
    "introducer",
    "steady",
    "harvester",
    "code_voice",
    "steady",
    "introducer",
    "small_excellent",
    "never_posted",
)


@dataclass(frozen=True)
class Model:
    """Rates of the causal model. A month is 30 days."""

    # influencers
    follows_per_person: float = 2.8
    exposure_rate: float = 0.42
    intent_rate: float = 0.022
    fatigue: float = 0.22
    bio_link_share: float = 0.10
    # US dollars asked for an expected exposure, and for a boosted one
    fee_per_exposure: float = 0.70
    boost_per_exposure: float = 0.30
    # visits a month from each channel for a person of average interest, and the share that causes a purchase
    visit_rates: tuple[tuple[str, float, float], ...] = (
        ("direct", 0.17, 0.0),
        ("organic_search", 0.20, 0.0),
        ("paid_search", 0.10, 0.045),
        ("paid_social", 0.12, 0.022),
        ("display", 0.05, 0.008),
        ("affiliates", 0.03, 0.020),
        ("referral", 0.04, 0.030),
        ("organic_social", 0.05, 0.0),
    )
    email_rate: float = 0.55
    email_trigger: float = 0.022
    retarget_rate: float = 0.10
    # share of those whom a click convinced, but not to buy at once, who leave their address in that visit
    signs_up: float = 0.30
    # demand that no marketing causes, and what customers do next
    need_rate: float = 0.031
    repeat_r: float = 0.9
    repeat_alpha_days: float = 75.0
    dropout_a: float = 1.0
    dropout_b: float = 2.2
    spend_p: float = 6.0
    spend_q: float = 4.0
    spend_v: float = 40.0
    # the shop
    cancelled: float = 0.025
    pending: float = 0.015
    refund_full: float = 0.035
    refund_partial: float = 0.03
    survey: float = 0.14
    phone: float = 0.015
    untracked: float = 0.03
    # people
    device_switch: float = 0.30
    denied: float = 0.08
    guest: float = 0.35
    hunter: float = 0.17


MODEL = Model()


@dataclass(frozen=True)
class BundledArguments:
    """The arguments of the sample that comes with the project (`seeds/sample`, `seeds/registry`)."""

    people: int = 5_000
    days: int = 150
    seed: int = 20_260_105


BUNDLED = BundledArguments()
