"""What really happened: the cause of every order, and what every influencer really brought."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.lib.sample import names, text
from orchestration.lib.sample.config import ENTRIES
from orchestration.lib.sample.exposure import Exposures, Plan
from orchestration.lib.sample.fx import Rates
from orchestration.lib.sample.ids import Ids
from orchestration.lib.sample.money import CURRENCIES, PAID, REFUNDED, STATUSES
from orchestration.lib.sample.order_rows import OrderRecords
from orchestration.lib.sample.people import Ints
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import CHANNEL, INFLUENCER, TRIGGER, Visits, clicked_mode

MECHANISMS = ("need", "trigger", "repeat")
TRACES = ("", "link", "code", "link_and_code", "none")


@dataclass
class Tally:
    """Sums over all chunks, one value an influencer; money in cents of US dollars."""

    influencers: int
    sums: dict[str, Ints] = field(default_factory=dict)

    def add(self, name: str, who: Ints, amounts: Ints | None = None) -> None:
        """Add counts (or amounts) to the influencers."""
        weights = None if amounts is None else amounts.astype(np.float64)
        part = np.bincount(who, weights=weights, minlength=self.influencers)
        self.sums[name] = self.sums.get(name, np.zeros(self.influencers, dtype=np.int64)) + np.rint(
            part
        ).astype(np.int64)

    def get(self, name: str) -> Ints:
        """One sum."""
        return self.sums.get(name, np.zeros(self.influencers, dtype=np.int64))


def truth_table(
    ids: Ids, plan: Plan, roster: Roster, records: OrderRecords, rates: Rates, tally: Tally
) -> tuple[pa.Table, Ints]:
    """One row an order with its cause; also net revenue in cents of US dollars. Adds to the tally."""
    orders, money, baskets, people = records.orders, records.money, records.baskets, records.people
    currency = np.array([rates.number(code) for code in CURRENCIES], dtype=np.int64)[
        people.country[orders.person]
    ]
    day = np.floor_divide(orders.at, 86_400.0).astype(np.int64)
    revenue = rates.dollars(money.net, currency, day)
    post = np.maximum(orders.post, 0)
    theirs = orders.cause == INFLUENCER
    who = np.where(theirs, plan.post_influencer[post], -1)
    _count(plan, roster, records, tally, who, revenue)

    influencer_ids = [one.influencer_id for one in roster.influencers]
    by_channel = orders.cause == CHANNEL
    kind = text.lookup(("organic", "influencer:", "channel:"), orders.cause)
    name = text.lookup(ENTRIES, np.where(by_channel, orders.channel, -1))
    has_code = baskets.code >= 0
    own = baskets.is_own_code
    trace = np.where(clicked_mode(orders), np.where(own, 3, 1), np.where(own, 2, 4))
    trace = np.where(theirs & (orders.mechanism == TRIGGER), trace, 0)
    redeemed = np.array([code.influencer.index for code in roster.codes], dtype=np.int64)[
        np.maximum(baskets.code, 0)
    ]
    return pa.table(
        {
            "order_id": ids.orders(records.first_number + np.arange(len(orders.at))),
            "ordered_at": text.timestamps(records.shop.ordered_at),
            "cause": text.joined(kind, text.lookup(influencer_ids, who), name),
            "mechanism": text.lookup(MECHANISMS, orders.mechanism),
            "influencer_id": text.lookup(influencer_ids, who),
            "campaign_id": text.lookup(
                [one.partnership.campaign.campaign_id for one in roster.posts], np.where(theirs, post, -1)
            ),
            "deliverable_id": text.lookup(
                [one.deliverable_id for one in roster.posts], np.where(theirs, post, -1)
            ),
            "trace": text.lookup(TRACES, trace),
            "code_owner": text.lookup(influencer_ids, np.where(has_code, redeemed, -1)),
            "is_leaked_code": pa.array(baskets.leaked),
            "status": text.lookup(STATUSES, money.status),
            "currency": text.lookup(CURRENCIES, people.country[orders.person]),
            "revenue_local": text.money(money.net),
            "revenue": text.money(revenue),
        }
    ), revenue


def _count(plan: Plan, roster: Roster, records: OrderRecords, tally: Tally, who: Ints, revenue: Ints) -> None:
    orders, baskets, money = records.orders, records.baskets, records.money
    counts = (money.status == PAID) | (money.status == REFUNDED)
    theirs = (who >= 0) & counts
    groups = {
        "incremental": theirs,
        "triggered": theirs & (orders.mechanism == TRIGGER),
        "halo": theirs & (orders.mode >= 0) & ~clicked_mode(orders) & ~baskets.is_own_code,
    }
    for name, rows in groups.items():
        tally.add(f"{name}_orders", who[rows])
        tally.add(f"{name}_revenue", who[rows], revenue[rows])
    owner = np.array([code.influencer.index for code in roster.codes], dtype=np.int64)
    redeemed = (baskets.code >= 0) & counts
    tally.add("redemptions", owner[baskets.code[redeemed]])
    code = np.where(baskets.second_code >= 0, baskets.second_code, baskets.code)
    leaked = baskets.leaked & counts
    tally.add("leaked_orders", owner[code[leaked]])
    tally.add("leaked_revenue", owner[code[leaked]], revenue[leaked])


def count_exposures(plan: Plan, tally: Tally, exposures: Exposures, visits: Visits) -> None:
    """Add exposures and clicks to the tally."""
    tally.add("exposures", plan.post_influencer[exposures.post])
    tally.add("clicks", plan.post_influencer[visits.post[visits.post >= 0]])


def influencer_table(roster: Roster, tally: Tally, costs: dict[int, int]) -> pa.Table:
    """One row an influencer: what was planted, what came of it, and its `costs` in cents of US dollars."""
    people = roster.influencers
    cost = np.array([costs.get(one.index, 0) for one in people], dtype=np.int64)
    revenue = tally.get("incremental_revenue")
    roi = np.where(cost > 0, (revenue - cost) / np.maximum(cost, 1) * 100, np.nan)
    leaked = {code.influencer.index: code.code for code in roster.codes if code.influencer.kind.leak > 0}
    columns = {
        "influencer_id": pa.array([one.influencer_id for one in people]),
        "influencer_name": pa.array([one.name for one in people]),
        "archetype": pa.array([one.kind.name for one in people]),
        "niche": pa.array([names.NICHES[one.niche] for one in people]),
        "true_fit": pa.array([one.kind.fit for one in people]),
        "true_reach": pa.array(np.round([one.reach for one in people], 4)),
        "exposures": pa.array(tally.get("exposures")),
        "clicks": pa.array(tally.get("clicks")),
    }
    for name in ("incremental", "triggered", "halo"):
        columns[f"{name}_orders"] = pa.array(tally.get(f"{name}_orders"))
        columns[f"{name}_revenue"] = text.money(tally.get(f"{name}_revenue"))
    columns |= {
        "code_redemptions": pa.array(tally.get("redemptions")),
        "leaked_code": pa.array([leaked.get(one.index) for one in people], type=pa.string()),
        "leaked_orders": pa.array(tally.get("leaked_orders")),
        "leaked_revenue": text.money(tally.get("leaked_revenue")),
        "ledger_cost": text.money(cost),
        "true_roi_pct": pc.round(pa.array(roi, mask=np.isnan(roi)), 2),
    }
    return pa.table(columns)
