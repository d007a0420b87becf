"""Budget: whom to give more, whom to ask for a better deal, whom to leave; what a customer is worth."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import pages, tables
from dashboards.parts.choices import choose_people
from dashboards.parts.page import explanation, head, nothing, section
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import budget, plan, text
from orchestration.lib.readers.explain import FIGURES, model_label
from orchestration.lib.readers.filters import Filters


def view(source: Source) -> None:
    """Draws the page. Its model is the one that recommendations go by, so it cannot be chosen here."""
    place = st.container()
    tiers, niches = choose_people(source)
    filters = Filters(source.run.decision_model, tiers=tiers, niches=niches)
    with place:
        head("Where the next money should go", source, filters)
    _recommendations(source, filters)
    _plan(source)
    _customers(source)
    explanation(
        source.run,
        filters.model,
        "attributed_revenue",
        "roi_pct",
        "cac",
        "ltv_per_customer",
        "micro_conversion_rate",
    )


def _recommendations(source: Source, filters: Filters) -> None:
    note = (
        f"{model_label(filters.model)}, all time. Ranks carry their interval: where two overlap, chance "
        "may have "
        "ordered them. Nobody is told to stop after one campaign. A return in a reason is after the cost of "
        "goods, where that is known; ROI is not."
    )
    with section("Recommendations", note):
        counts = source.ask(budget.recommended)
        if not sum(counts.values()):
            nothing("There are no influencers in the registry.")
            return
        with st.container(key="tiles-recommendations"):
            for name, number in counts.items():
                label = budget.RECOMMENDATIONS.get(name, text.markdown(name))
                st.metric(label, text.number(number), border=True)
        money = text.markdown(source.run.currency)
        pages.show(
            source,
            budget.scorecard,
            (filters,),
            {
                "influencer_name": Column("Influencer", pinned=True),
                "recommendation": Column("Advice"),
                "reason": Column("Why", "long"),
                "composite_rank": Column("Rank", "count", "1 is best; none where too few people bought."),
                "ranks": Column("May be", help="The interval of the rank."),
                "attributed_revenue": Column(
                    f"Revenue ({money})", "money", FIGURES["attributed_revenue"].meaning
                ),
                "roi_pct": Column("ROI", "pct", FIGURES["roi_pct"].meaning),
            },
            "recommendations",
            "Influencers with recommendation and reason",
            "Best rank",
            empty="No influencer matches these filters.",
        )
        st.caption(
            "The download has cost per new customer, lifetime value, code leak and campaigns of each as well."
        )


def _plan(source: Source) -> None:
    with section("The next period's budget"):
        sentences, is_planned = source.ask(plan.said)
        for sentence in sentences:
            st.markdown(text.markdown(sentence, 1000))
        if not is_planned:
            return
        money = text.markdown(source.run.currency)
        pages.show(
            source,
            budget.planned,
            (),
            {
                "influencer_name": Column("Influencer", pinned=True),
                "spend_before": Column(f"Spent ({money})", "money", "In the period before; no commissions."),
                "planned_spend": Column(f"Planned ({money})", "money", "What to spend in the next period."),
                "change_pct": Column("Change", "pct"),
                "expected_gain": Column("Gain", "money", "Value less spend, against spending as before."),
                "gain_low": Column("Low", "money", "Low end of the gain's interval."),
                "gain_high": Column("High", "money", "High end of the gain's interval."),
                "next_unit_value": Column(
                    "Next unit", "cents", "What the next unit of money brings; below 1, less than it costs."
                ),
                "reason": Column("Why", "long"),
            },
            "budget_plan",
            "What to spend on each influencer in the next period",
            "Highest planned spend",
        )
        st.caption("Tier and niche do not filter the plan. Another budget: `roi plan --budget 50000`.")


def _customers(source: Source) -> None:
    currency = text.markdown(source.run.currency)
    note = (
        f"Net revenue in {currency}; a customer belongs to who got most credit for the first purchase "
        f"({model_label(source.run.decision_model)})."
    )
    with section("What a new customer is worth", note):
        table = source.ask(budget.customer_value)
        tables.show(
            table,
            {
                "segment": Column("Brought by", pinned=True),
                "customers": Column("Customers", "count"),
                "revenue_per_customer": Column(f"Each so far ({currency})", "cents"),
                "revenue_per_customer_90d": Column(
                    f"Each in 90 days ({currency})", "cents", "Of customers who were seen that long."
                ),
                "customers_seen_90d": Column("Seen 90 days", "count"),
                "repeat_rate": Column("Bought again", "share"),
            },
            "customer_value",
            "What new customers of influencers and of other channels are worth",
            empty="There are no customers yet.",
        )
