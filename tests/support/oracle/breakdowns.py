"""The marts that break the same credits, visits and costs down by day, campaign, post and channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.oracle.costs import COLUMNS, costs
from tests.support.oracle.journeys import Conversion, Touch, link_campaign
from tests.support.oracle.solution import MODELS, Solution, ratio
from tests.support.oracle.visits import Session

Rows = dict[tuple, dict[str, Any]]
CREDITED = ("conversions", "new_customers", "attributed_revenue", "new_customer_revenue")


def breakdowns(solution: Solution) -> dict[str, Rows]:
    """Tables by name, rows by key."""
    zone = ZoneInfo(solution.settings["reporting_timezone"])

    def day(at: datetime) -> date:
        return at.replace(tzinfo=UTC).astimezone(zone).date()

    def link(session: Session, name: str) -> str | None:
        assert session.link
        return link_campaign(solution.inputs, session.link) if name == "campaign_id" else session.link[name]

    def by_day(touch: Touch | None, purchase: Conversion) -> tuple | None:
        return (touch.influencer, day(purchase.at)) if touch and touch.influencer else None

    def by_campaign(touch: Touch | None, _: Conversion) -> tuple | None:
        return (touch.campaign,) if touch and touch.influencer else None

    def by_post(touch: Touch | None, _: Conversion) -> tuple | None:
        return (touch.influencer, touch.deliverable) if touch and touch.influencer else None

    def by_channel(touch: Touch | None, _: Conversion) -> tuple | None:
        return (touch.channel if touch else "(unattributed)",)

    visits = [session for session in solution.sessions if session.link]
    found = {
        "mart_influencer_roi_daily": _credited(solution, by_day),
        "mart_campaign_roi": _credited(solution, by_campaign),
        "mart_deliverable_roi": _credited(solution, by_post),
        "mart_channel_performance": _credited(solution, by_channel),
    }
    _visited(
        found["mart_influencer_roi_daily"],
        visits,
        lambda visit: (link(visit, "influencer_id"), day(visit.started_at)),
    )
    _visited(found["mart_campaign_roi"], visits, lambda visit: (link(visit, "campaign_id"),))
    _visited(
        found["mart_deliverable_roi"],
        visits,
        lambda visit: (link(visit, "influencer_id"), link(visit, "deliverable_id")),
    )
    _visited(found["mart_channel_performance"], solution.sessions, lambda visit: (visit.channel,))
    _bought(found["mart_influencer_roi_daily"], solution, lambda touch: (touch.influencer, day(touch.at)))
    _bought(found["mart_campaign_roi"], solution, lambda touch: (touch.campaign,))
    _bought(found["mart_deliverable_roi"], solution, lambda touch: (touch.influencer, touch.deliverable))
    _cost(found["mart_campaign_roi"], solution)
    found["mart_journey_summary"] = _journeys(solution)
    return found


def _empty(solution: Solution) -> Rows:
    nothing = {"visitors": 0, "sessions": 0, "ltv_per_customer": None}
    return defaultdict(lambda: {name: Fraction(0) for name in CREDITED} | nothing)


def _credited(solution: Solution, key: Callable[[Touch | None, Conversion], tuple | None]) -> Rows:
    """Credit of purchases by key and model."""
    rows = _empty(solution)
    spent: dict[tuple, Fraction] = defaultdict(Fraction)
    for model in MODELS:
        for purchase, step, credit, money in solution.credits[model]:
            place = key(step.touch if step else None, purchase)
            if purchase.kind != "purchase" or place is None:
                continue
            row = rows[*place, model]
            row["conversions"] += credit
            row["attributed_revenue"] += Fraction(money, 100)
            if purchase.is_first:
                row["new_customers"] += credit
                row["new_customer_revenue"] += Fraction(money, 100)
                spent[*place, model] += credit * Fraction(solution.spent(purchase.person), 100)
    for key, revenue in spent.items():
        rows[key]["ltv_per_customer"] = ratio(revenue, rows[key]["new_customers"])
    return rows


def _visited(rows: Rows, visits: Iterable[Session], key: Callable[[Session], tuple]) -> None:
    """Sessions and people by key, in the row of each model."""
    groups = defaultdict(list)
    for visit in visits:
        groups[key(visit)].append(visit)
    for place, members in groups.items():
        for model in MODELS:
            rows[*place, model]["sessions"] = len(members)
            rows[*place, model]["visitors"] = len({visit.person for visit in members if visit.person})


def _bought(rows: Rows, solution: Solution, key: Callable[[Touch], tuple]) -> None:
    """People who bought within the window after a visit, by key, in the row of each model."""
    groups = defaultdict(set)
    for purchase in solution.purchases:
        for touch in solution.touches.get(purchase.person, []):
            in_window = touch.at <= purchase.at and purchase.at - touch.at <= touch.window
            if touch.evidence == "visit" and touch.influencer and in_window:
                groups[key(touch)].add(purchase.person)
    for place in {key[:-1] for key in rows}:
        for model in MODELS:
            row, buyers = rows[*place, model], len(groups[place])
            row["buyers"] = buyers
            row["conversion_rate"] = ratio(Fraction(buyers), Fraction(row["visitors"]))


def _cost(rows: Rows, solution: Solution) -> None:
    """Cost by campaign, and what is divided by it."""
    for campaign in solution.inputs.registry["campaigns"]:
        for model in MODELS:
            rows[campaign["campaign_id"], model].setdefault("total_cost", Fraction(0))
    for cost in costs(solution.inputs, solution.purchases):
        for model in MODELS:
            row = rows[cost.campaign, model]
            row[cost.column] = row.get(cost.column, 0) + Fraction(cost.amount, 100)
            row["total_cost"] = row.get("total_cost", 0) + Fraction(cost.amount, 100)
    for row in rows.values():
        for name in (*COLUMNS, "total_cost"):
            row.setdefault(name, Fraction(0))
        row["roi_pct"] = ratio((row["attributed_revenue"] - row["total_cost"]) * 100, row["total_cost"])
        row["cpa"] = ratio(row["total_cost"], row["conversions"])
        row["cac"] = ratio(row["total_cost"], row["new_customers"])
        row["average_order_value"] = ratio(row["attributed_revenue"], row["conversions"])


def _journeys(solution: Solution) -> Rows:
    """Paths by their length."""
    groups: dict[tuple, list[Conversion]] = defaultdict(list)
    for each in solution.conversions:
        segment = "new" if each.is_new else "returning"
        groups[each.kind, segment, len(each.journey)].append(each)
    rows: Rows = {}
    for (kind, segment, length), members in groups.items():
        places = [
            place for each in members for place, step in enumerate(each.journey, 1) if step.touch.influencer
        ]
        met = [{step.touch.influencer for step in each.journey} - {None} for each in members]
        hours = [float(each.journey[0].hours) for each in members if length]
        rows[kind, segment, length] = {
            "conversions": len(members),
            "revenue": Fraction(sum(each.revenue for each in members), 100),
            "average_keys": ratio(
                Fraction(sum(len({step.touch.key for step in each.journey}) for each in members)),
                Fraction(len(members)),
            )
            if length
            else None,
            "average_hours_from_first_touch": sum(hours) / len(hours) if hours else None,
            "median_hours_from_first_touch": median(hours) if hours else None,
            "conversions_with_influencer": sum(bool(owners) for owners in met),
            "revenue_with_influencer": Fraction(
                sum(each.revenue for each, owners in zip(members, met, strict=True) if owners), 100
            ),
            "conversions_with_several_influencers": sum(len(owners) > 1 for owners in met),
            "influencer_touches": len(places),
            "influencer_touches_only": sum(length == 1 for _ in places),
            "influencer_touches_first": sum(length > 1 and place == 1 for place in places),
            "influencer_touches_middle": sum(1 < place < length for place in places),
            "influencer_touches_last": sum(length > 1 and place == length for place in places),
        }
    return rows
