"""Why an influencer has these figures: models, evidence, policies, codes and the orders that matter most."""

from __future__ import annotations

from orchestration.lib.attribution.explained import (
    CLASSES,
    POLICIES,
    Explanation,
    Published,
    Section,
    money,
    time,
)

SHOWN_ORDERS = 5


def explain_influencer(published: Published, influencer_id: str) -> Explanation | None:
    """The explanation of an influencer; None where the registry has nobody of this id."""
    name = published.rows(
        "select influencer_name from dim_influencers where influencer_id = ?", influencer_id
    )
    if not name:
        return None
    return Explanation(
        f"Influencer {influencer_id}, {name[0][0] or 'without a name'}",
        (
            _models(published, influencer_id),
            _evidence(published, influencer_id),
            _policies(published, influencer_id),
            _codes(published, influencer_id),
            _orders(published, influencer_id),
        ),
    )


def _models(published: Published, influencer_id: str) -> Section:
    found = published.rows(
        """
        select
            attribution_model, is_decision_model, conversions, attributed_revenue, revenue_rank, rank_change,
            roi_pct, total_cost, revenue_spread, models, models_in_profit
        from mart_model_comparison
        where influencer_id = ?
        order by attributed_revenue desc, attribution_model
        """,
        influencer_id,
    )
    cost, spread, models, in_profit = found[0][7:]
    rows = tuple(
        (
            f"{model} *" if decides else model,
            f"{conversions:,.2f}",
            money(revenue),
            str(rank),
            f"{change:+d}" if change else "=",
            "-" if roi is None else f"{roi:,.1f} %",
        )
        for model, decides, conversions, revenue, rank, change, roi, *_ in found
    )
    return Section(
        "Under every model",
        (
            f"The cost is {money(cost)} {published.currency}. From the lowest to the highest model it is "
            f"{money(spread)} of revenue; under {in_profit} of {models} models revenue is above the cost.",
            "* is the model that decisions go by. ROI = (revenue - cost) / cost x 100.",
            *published.models([model for model, decides, *_ in found if decides]),
        ),
        ("Model", "Purchases", "Revenue", "Rank", "Places", "ROI"),
        rows,
    )


def _evidence(published: Published, influencer_id: str) -> Section:
    found = published.rows(
        """
        select evidence_class, count(*), sum(revenue), count(*) filter (where has_other_claim)
        from mart_order_evidence
        where influencer_id = ?
        group by evidence_class
        order by evidence_class
        """,
        influencer_id,
    )
    if not found:
        return Section("The evidence", ("No order shows this influencer.",))
    rows = tuple(
        (kind, CLASSES[kind], str(orders), money(revenue), str(shared))
        for kind, orders, revenue, shared in found
    )
    return Section(
        "The evidence",
        ("Each order is in one class, so the classes add up. Others may claim the same order.",),
        ("Class", "Means", "Orders", "Revenue", "With other claims"),
        rows,
    )


def _policies(published: Published, influencer_id: str) -> Section:
    found = published.rows(
        """
        select code_policy, is_in_force, attributed_revenue, payout
        from mart_code_policy_whatif
        where influencer_id = ?
        order by code_policy
        """,
        influencer_id,
    )
    rows = tuple(
        (f"{policy} *" if in_force else policy, money(revenue), money(payout), POLICIES[policy])
        for policy, in_force, revenue, payout in found
    )
    return Section(
        "Under every code policy",
        ("Position-based revenue, and what the agreed commissions on it come to; * is in force.",),
        ("Policy", "Revenue", "Payout", "Means"),
        rows,
    )


def _codes(published: Published, influencer_id: str) -> Section:
    found = published.rows(
        """
        select promo_code, redemptions, leak_score, clean_revenue, suspect_revenue
        from mart_promo_code_health
        where influencer_id = ?
        order by promo_code
        """,
        influencer_id,
    )
    if not found:
        return Section("The codes", ("No code is registered.",))
    rows = tuple(
        (code, str(redemptions), "-" if score is None else f"{score:.0f}", money(clean), money(suspect))
        for code, redemptions, score, clean, suspect in found
    )
    return Section(
        "The codes",
        ("The leak score, 0 to 100, is the mean of the signs that a code circulates beyond the audience.",),
        ("Code", "Redeemed", "Leak score", "Clean revenue", "Suspect revenue"),
        rows,
    )


def _orders(published: Published, influencer_id: str) -> Section:
    model = str(published.setting("decision_model", "position_based"))
    found = published.rows(
        f"""
        select
            conversions.order_id, conversions.converted_at, conversions.revenue, sum(facts.credit),
            sum(facts.attributed_revenue) as credited
        from fct_attribution as facts
        inner join fct_conversions as conversions on facts.conversion_id = conversions.conversion_id
        where facts.influencer_id = ? and facts.attribution_model = ? and facts.conversion_type = 'purchase'
        group by conversions.order_id, conversions.converted_at, conversions.revenue
        order by credited desc, conversions.order_id
        limit {SHOWN_ORDERS}
        """,
        influencer_id,
        model,
    )
    if not found:
        return Section("The largest orders", (f"No order gives credit under {model}.",))
    rows = tuple(
        (order, time(at), money(revenue), f"{credit:.4f}", money(credited))
        for order, at, revenue, credit, credited in found
    )
    return Section(
        "The largest orders",
        (f"By credited revenue under {model}; `roi explain <order id>` says how each came about.",),
        ("Order", "When (UTC)", "Revenue", "Weight", "Credited"),
        rows,
    )
