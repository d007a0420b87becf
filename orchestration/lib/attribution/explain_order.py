"""Why an order gives whom what: path, evidence, policy, weights and arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orchestration.lib.attribution.explained import (
    CLASSES,
    DIRECT_CLASSES,
    POLICIES,
    Explanation,
    Published,
    Section,
    money,
    time,
)


def explain_order(published: Published, order_id: str) -> Explanation | None:
    """The explanation of a purchase; None where no purchase has this id."""
    found = published.rows(
        """
        select
            conversion_id, converted_at, revenue, gross_revenue, discount_amount, refunded_amount,
            customer_segment
        from fct_conversions
        where order_id = ? and conversion_type = 'purchase'
        """,
        order_id,
    )
    if not found:
        return None
    conversion_id, at, revenue, gross, discount, refunded, segment = found[0]
    order = Section(
        "The order",
        (
            f"Ordered {time(at)} UTC by a {segment} customer.",
            f"Net revenue {money(revenue)} {published.currency} = {money(gross)} at list price "
            f"- {money(discount)} discounts - {money(refunded)} refunds.",
        ),
    )
    return Explanation(
        f"Order {order_id}",
        (
            order,
            _path(published, conversion_id),
            _evidence(published, order_id),
            _policy(published),
            _credit(published, conversion_id, revenue),
        ),
    )


def _path(published: Published, conversion_id: str) -> Section:
    path = published.rows(
        """
        select
            touch_position, touched_at, coalesce(influencer_id, channel), evidence, is_creditable,
            hours_to_conversion
        from fct_journeys
        where conversion_id = ?
        order by touch_position
        """,
        conversion_id,
    )
    window = f"{published.setting('attribution_window_hours', 2160):g} hours before the order"
    if not path:
        return Section("The path", (f"No touch is known in the {window}, so nobody can get credit.",))
    counting = sum(1 for row in path if row[4])
    sentences = [f"{len(path)} touches in the {window}; {counting} of them may get credit."]
    if counting < len(path):
        sentences.append(
            f"The others may not: direct_touches is {published.setting('direct_touches', 'drop')}, "
            f"code_policy {published.setting('code_policy', 'fill_gap')}, "
            f"collapse_repeats {str(published.setting('collapse_repeats', False)).lower()}."
        )
    rows = tuple(
        (str(position), time(at), who, evidence, "yes" if counts else "no", f"{hours:,.1f}")
        for position, at, who, evidence, counts, hours in path
    )
    return Section(
        "The path", tuple(sentences), ("#", "When (UTC)", "Who", "Known by", "Counts", "Hours before"), rows
    )


def _evidence(published: Published, order_id: str) -> Section:
    claims = published.rows(
        """
        select
            influencer_id, evidence_class, promo_code, is_winning_code, is_suspect_code,
            is_code_before_first_post, is_self_referral
        from mart_order_evidence
        where order_id = ?
        order by influencer_id
        """,
        order_id,
    )
    if not claims:
        return Section("The evidence", ("No influencer has a claim on this order.",))
    sentences = [_claim(*claim) for claim in claims]
    if len(claims) > 1:
        sentences.append(
            f"{len(claims)} influencers claim this order; its revenue must not be counted for each."
        )
    return Section("The evidence", tuple(sentences))


def _claim(
    influencer: str,
    evidence_class: str,
    code: str | None,
    is_winning: bool,
    is_suspect: bool | None,
    is_early: bool | None,
    is_own: bool | None,
) -> str:
    parts = [f"{influencer}: {evidence_class}, {CLASSES[evidence_class]}"]
    if code:
        parts[0] += f" ({code}{'' if is_winning else '; another code was applied first'})"
    parts.append("a direct conversion" if evidence_class in DIRECT_CLASSES else "not a direct conversion")
    if is_suspect:
        parts.append("suspect: nothing shows the influencer, and the code came from elsewhere")
    if is_early:
        parts.append("redeemed before the first post for it")
    if is_own:
        parts.append("the influencer's own order")
    return "; ".join(parts) + "."


def _policy(published: Published) -> Section:
    policy = str(published.setting("code_policy", "fill_gap"))
    return Section("The code policy", (f"{policy}: {POLICIES.get(policy, 'not known here')}.",))


def _credit(published: Published, conversion_id: str, revenue: Decimal) -> Section:
    credits = published.rows(
        """
        select
            facts.attribution_model,
            coalesce(facts.influencer_id, facts.channel) as who,
            count(facts.touchpoint_id),
            sum(facts.credit),
            sum(facts.attributed_revenue),
            max(weights.removal_effect),
            max(weights.pooled_into)
        from fct_attribution as facts
        left join mart_channel_weights as weights
            on
                facts.attribution_model = weights.attribution_model
                and weights.touch_key = coalesce('influencer:' || facts.influencer_id, facts.channel)
        where facts.conversion_id = ?
        group by facts.attribution_model, who
        order by facts.attribution_model, min(facts.touched_at), who
        """,
        conversion_id,
    )
    rows = tuple(
        (model, who, str(touches), f"{credit:.4f}", f"{money(revenue)} x {credit:.4f}", money(part),
         _because(effect, pool))
        for model, who, touches, credit, part, effect, pool in credits
    )  # fmt: skip
    return Section(
        "The credit",
        (
            f"Each model gives away {money(revenue)} {published.currency} exactly once: a touch gets the "
            "rounded running total less the one before, so a part may be a cent a touch off its product.",
            *published.models(list(dict.fromkeys(row[0] for row in rows))),
        ),
        ("Model", "Who", "Touches", "Weight", "Arithmetic", "Revenue", "Because"),
        rows,
    )


def _because(effect: Any, pool: str | None) -> str:
    if effect is None:
        return ""
    return f"removal effect {effect:.4f}" + (f" of {pool}" if pool else "")
