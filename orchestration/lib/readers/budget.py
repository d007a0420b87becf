"""Where the next money should go: recommendations with reasons, the plan, and what a customer is worth."""

from __future__ import annotations

from orchestration.lib.readers.database import ALL_ROWS, Reader, Rows, Table
from orchestration.lib.readers.filters import Condition, Filters, influencers

SCORECARD = "mart_influencer_scorecard"
COHORTS = "mart_cohort_ltv"
PLAN = "mart_budget_plan"
# In the order in which one acts.
RECOMMENDATIONS = {
    "scale": "Scale",
    "keep": "Keep",
    "test": "Test",
    "renegotiate": "Renegotiate",
    "stop": "Stop",
}


def recommended(reader: Reader) -> dict[str, int]:
    """How many influencers each recommendation is for, in the order in which one acts."""
    reader.require(SCORECARD, "recommendation")
    rows = reader.query(f"select recommendation, count(*) from {SCORECARD} group by recommendation").rows
    found = dict(rows)
    known = {name: found.pop(name, 0) for name in RECOMMENDATIONS}
    return known | {name: found[name] for name in sorted(found)}


def scorecard(reader: Reader, filters: Filters, rows: Rows = ALL_ROWS) -> Table:
    """The chosen influencers, the best first; those without enough buyers to be ranked come last."""
    reader.require(SCORECARD, "recommendation", "reason", "composite_rank", "rank_low", "rank_high")
    where = _chosen(filters)
    return reader.ordered(
        f"""
        select
            cards.influencer_id, cards.influencer_name, cards.tier, cards.niche, cards.recommendation,
            cards.reason, cards.composite_rank, cards.rank_low, cards.rank_high,
            case
                when cards.rank_low = cards.rank_high then cards.rank_low::varchar
                else cards.rank_low || ' to ' || cards.rank_high
            end as ranks,
            cards.composite_score,
            cards.attributed_revenue, cards.roi_pct, cards.cac, cards.ltv_per_customer,
            cards.micro_conversion_rate, cards.bounce_rate, cards.leak_score, cards.campaigns
        from {SCORECARD} as cards
        where {where.sql}
        """,
        where.parameters,
        "composite_rank nulls last, attributed_revenue desc, influencer_id",
        rows,
    )


def planned(reader: Reader, rows: Rows = ALL_ROWS) -> Table:
    """The published plan of those who cost anything in the period before, the highest planned spend first."""
    reader.require(PLAN, "planned_spend", "next_unit_value")
    return reader.ordered(
        f"""
        select
            influencer_id, influencer_name, spend_before, planned_spend, change_pct, expected_gain, gain_low,
            gain_high, next_unit_value, reason
        from {PLAN}
        where spend_before > 0
        """,
        {},
        "planned_spend desc, influencer_id",
        rows,
    )


def customer_value(reader: Reader) -> Table:
    """What a new customer has brought, and whether they return: of influencers, and of other channels."""
    reader.require(COHORTS, "acquisition_channel", "customers", "revenue_to_date", "repeat_customers")
    return reader.query(
        f"""
        select
            case when acquisition_channel = 'influencer' then 'Influencers' else 'Other channels' end
                as segment,
            sum(customers) as customers,
            sum(revenue_to_date) as revenue_to_date,
            sum(revenue_to_date)::double / nullif(sum(customers), 0) as revenue_per_customer,
            sum(repeat_customers) / nullif(sum(customers), 0) as repeat_rate,
            sum(revenue_per_customer_90d * customers_seen_90d) / nullif(sum(customers_seen_90d), 0)
                as revenue_per_customer_90d,
            sum(customers_seen_90d) as customers_seen_90d
        from {COHORTS}
        group by segment
        order by segment
        """
    )


def _chosen(filters: Filters) -> Condition:
    chosen = influencers(filters)
    if not chosen.parts:
        return Condition()
    return Condition(
        [f"cards.influencer_id in (select influencer_id from dim_influencers where {chosen.sql})"],
        chosen.parameters,
    )
