"""The manager's questions: who brings visits and orders at which cost, and all about one influencer."""

from __future__ import annotations

from typing import Any

from orchestration.lib.readers.database import ALL_ROWS, Reader, Rows, Table
from orchestration.lib.readers.filters import ALL_TIME, Condition, Filters, condition
from orchestration.lib.readers.periods import by_period

# Every figure of the list; a column that the file lacks is left out.
_FIGURES = (
    *("visitors", "sessions", "conversion_rate", "micro_conversion_rate", "conversions", "new_customers"),
    *("attributed_revenue", "average_order_value", "total_cost", "cpa", "cac", "roi_pct", "roi_pct_low"),
    *("roi_pct_high", "is_sample_enough", "direct_conversions", "assisted_conversions"),
)
_CLASSES = ("link_and_code", "link_only", "code_only", "assist_only", "survey_only")
CODES = "mart_promo_code_health"
POSTS = "mart_deliverable_roi"
GOALS = "mart_micro_conversions"


def choices(reader: Reader) -> tuple[list[str], list[str]]:
    """The tiers and niches that there are."""
    reader.require("dim_influencers", "tier", "niche")
    found = []
    for column in ("tier", "niche"):
        rows = reader.query(
            f"select distinct {column} as value from dim_influencers where {column} is not null order by 1"
        )
        found.append([str(value) for value in rows.column("value")])
    return found[0], found[1]


def count(reader: Reader, filters: Filters, search: str = "") -> int:
    """How many influencers are chosen; `search` is part of a name or handle."""
    reader.require(ALL_TIME, "attributed_revenue", "total_cost")
    where = _found(filters, search)
    [(number,)] = reader.query(
        f"""
        select count(*)
        from {ALL_TIME} as rows
        inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        where {where.sql}
        """,
        where.parameters,
    ).rows
    return int(number)


def listing(reader: Reader, filters: Filters, search: str = "", rows: Rows = ALL_ROWS) -> Table:
    """One row a chosen influencer, the highest revenue first; `search` is part of a name or handle."""
    known = [column for column in _FIGURES if reader.has(ALL_TIME, column)]
    reader.require(ALL_TIME, "attributed_revenue", "total_cost")
    leak = reader.has(CODES, "influencer_id", "leak_score")
    where = _found(filters, search)
    return reader.ordered(
        f"""
        with codes as (
            {
            f"select influencer_id, max(leak_score) as leak_score from {CODES} group by influencer_id"
            if leak
            else "select null::varchar as influencer_id, null::double as leak_score where false"
        }
        )

        select
            rows.influencer_id,
            dim_influencers.influencer_name,
            dim_influencers.handle,
            dim_influencers.tier,
            dim_influencers.niche,
            {", ".join(f"rows.{column}" for column in known)},
            codes.leak_score
        from {ALL_TIME} as rows
        inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        left join codes on rows.influencer_id = codes.influencer_id
        where {where.sql}
        """,
        where.parameters,
        "attributed_revenue desc, influencer_id",
        rows,
    )


def largest(reader: Reader, filters: Filters, search: str, number: int) -> Table:
    """The chosen influencers that cost or brought most, at most `number`, the highest revenue first."""
    reader.require(ALL_TIME, "attributed_revenue", "total_cost", "roi_pct")
    where = _found(filters, search)
    return reader.query(
        f"""
        with largest as (
            select
                rows.influencer_id, dim_influencers.influencer_name, rows.total_cost, rows.attributed_revenue,
                rows.roi_pct
            from {ALL_TIME} as rows
            inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
            where {where.sql}
            order by greatest(rows.total_cost, rows.attributed_revenue) desc, rows.influencer_id
            limit {int(number)}
        )

        select * from largest order by attributed_revenue desc, influencer_id
        """,
        where.parameters,
    )


def _found(filters: Filters, search: str) -> Condition:
    """Rows of the model and of the chosen influencers whose name or handle has the words."""
    where = condition(filters, "rows")
    if search.strip():
        where.parts.append(
            "(contains(lower(dim_influencers.influencer_name), lower($search)) "
            "or contains(lower(dim_influencers.handle), lower($search)))"
        )
        where.parameters["search"] = search.strip()
    return where


def names(
    reader: Reader, search: str = "", always: str | None = None, number: int | None = None
) -> list[tuple[str, str]]:
    """Id and name of influencers whose name has the words, by name.

    Args:
        always: an influencer who is among them in any case.
        number: give at most so many.
    """
    reader.require("dim_influencers", "influencer_id", "influencer_name")
    rows = reader.query(
        f"""
        with found as (
            select influencer_id, influencer_name
            from dim_influencers
            where
                contains(lower(coalesce(influencer_name, influencer_id)), lower($search))
                or influencer_id = $always
            order by influencer_id is not distinct from $always desc, lower(influencer_name), influencer_id
            {"" if number is None else f"limit {int(number)}"}
        )

        select influencer_id, influencer_name from found order by lower(influencer_name), influencer_id
        """,
        {"search": search.strip(), "always": always},
    )
    return [(influencer_id, name) for influencer_id, name in rows.rows]


def one(reader: Reader, influencer_id: str, model: str) -> dict[str, Any] | None:
    """All of `dim_influencers` and `mart_influencer_roi` about one influencer; None for an unknown id."""
    reader.require(ALL_TIME, "attributed_revenue", "total_cost")
    rows = reader.query(
        f"""
        select rows.*, dim_influencers.handle, dim_influencers.country, dim_influencers.followers
        from {ALL_TIME} as rows
        inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        where rows.influencer_id = ? and rows.attribution_model = ?
        """,
        [influencer_id, model],
    ).dicts()
    return rows[0] if rows else None


def models_of(reader: Reader, influencer_id: str) -> Table:
    """The influencer under every model."""
    intervals = reader.has(ALL_TIME, "revenue_low", "revenue_high")
    return reader.query(
        f"""
        select
            attribution_model, attributed_revenue, conversions, total_cost, roi_pct,
            {"revenue_low, revenue_high" if intervals else "null as revenue_low, null as revenue_high"}
        from {ALL_TIME}
        where influencer_id = ?
        order by attributed_revenue desc, attribution_model
        """,
        [influencer_id],
    )


def evidence_of(reader: Reader, influencer_id: str, model: str) -> list[tuple[str, int]]:
    """Orders by class of evidence, in the order in which the classes are explained."""
    known = [name for name in _CLASSES if reader.has(ALL_TIME, f"{name}_orders")]
    reader.require(ALL_TIME, "link_only_orders")
    row = reader.query(
        f"select {', '.join(f'{name}_orders' for name in known)} from {ALL_TIME} "
        "where influencer_id = ? and attribution_model = ?",
        [influencer_id, model],
    ).rows
    return list(zip(known, row[0], strict=True)) if row else []


def weeks_of(reader: Reader, influencer_id: str, model: str) -> Table:
    """Revenue and cost by week, without gaps."""
    where = condition(Filters(model), "rows")
    where.parts.append("rows.influencer_id = $influencer")
    where.parameters["influencer"] = influencer_id
    return by_period(reader, where, "week", ("attributed_revenue", "total_cost", "sessions"))


def posts_of(reader: Reader, influencer_id: str, model: str) -> Table:
    """The influencer's posts, the newest first; the row without a post holds what belongs to none."""
    reader.require(POSTS, "deliverable_id", "posted_at", "attributed_revenue", "conversion_rate")
    return reader.query(
        f"""
        select
            posts.deliverable_id, posts.posted_at, posts.platform, posts.content_format,
            dim_campaigns.campaign_name, posts.impressions, posts.sessions, posts.click_through_rate,
            posts.conversions, posts.attributed_revenue, posts.total_cost, posts.roi_pct,
            posts.conversion_rate
        from {POSTS} as posts
        left join dim_campaigns on posts.campaign_id = dim_campaigns.campaign_id
        where posts.influencer_id = ? and posts.attribution_model = ?
        order by posts.posted_at desc nulls last, posts.deliverable_id
        """,
        [influencer_id, model],
    )


def codes_of(reader: Reader, influencer_id: str) -> Table:
    """The influencer's codes: how often redeemed, and whether they look as if they had leaked."""
    reader.require(CODES, "promo_code", "redemptions", "revenue", "leak_score")
    return reader.query(
        f"""
        select
            promo_code, redemptions, revenue, suspect_revenue, without_sign_share, coupon_site_share,
            leak_score
        from {CODES}
        where influencer_id = ?
        order by redemptions desc, promo_code
        """,
        [influencer_id],
    )


def goals_of(reader: Reader, influencer_id: str, model: str) -> Table:
    """What visits of the influencer's reached besides purchases."""
    reader.require(GOALS, "conversion_type", "goals_reached", "goal_rate", "goal_to_purchase_rate")
    return reader.query(
        f"""
        select conversion_type, goals_reached, goal_rate, people, buyers, goal_to_purchase_rate
        from {GOALS}
        where influencer_id = ? and attribution_model = ?
        order by goals_reached desc, conversion_type
        """,
        [influencer_id, model],
    )


def campaigns(reader: Reader, model: str) -> Table:
    """The campaigns; the row without one holds what belongs to none."""
    reader.require("mart_campaign_roi", "campaign_id", "attributed_revenue", "total_cost", "conversion_rate")
    return reader.query(
        """
        select
            campaign_name, starts_on, ends_on, influencers, sessions, conversions, new_customers,
            attributed_revenue, total_cost, budget, budget_used_pct, cpa, cac, roi_pct, conversion_rate
        from mart_campaign_roi
        where attribution_model = ?
        order by starts_on desc nulls last, campaign_id
        """,
        [model],
    )


def breakdown(reader: Reader, dimension: str, model: str) -> Table:
    """Posts by `platform` or `content_format`: how each does, the highest revenue first.

    Who visits by two posts is a visitor of both in the conversion rate.
    """
    if dimension not in ("platform", "content_format"):
        raise ValueError(f"{dimension!r} is no dimension of posts; platform and content_format are.")
    reader.require(POSTS, dimension, "attributed_revenue", "total_cost", "conversions", "sessions", "buyers")
    return reader.query(
        f"""
        select
            {dimension} as segment,
            count(deliverable_id) as posts,
            sum(sessions) as sessions,
            sum(conversions) as conversions,
            sum(attributed_revenue) as attributed_revenue,
            sum(total_cost) as total_cost,
            (sum(attributed_revenue)::double / nullif(sum(total_cost), 0) - 1) * 100 as roi_pct,
            sum(buyers) / nullif(sum(visitors), 0) as conversion_rate
        from {POSTS}
        where attribution_model = ? and deliverable_id is not null
        group by {dimension}
        order by sum(attributed_revenue) desc, {dimension}
        """,
        [model],
    )
