"""What the choice of an attribution model changes."""

from __future__ import annotations

from orchestration.lib.publish.names import literal, quoted
from orchestration.lib.readers.database import ALL_ROWS, Reader, Rows, Table
from orchestration.lib.readers.filters import ALL_TIME

# Influencers shown in the picture; the table below it has all.
SHOWN = 15


def overview(reader: Reader) -> Table:
    """One row a model: what it credits to all influencers together, the highest revenue first."""
    reader.require(ALL_TIME, "attributed_revenue", "total_cost", "conversions", "new_customers")
    return reader.query(
        f"""
        select
            attribution_model,
            sum(conversions) as conversions,
            sum(new_customers) as new_customers,
            sum(attributed_revenue) as attributed_revenue,
            sum(total_cost) as total_cost,
            (sum(attributed_revenue)::double / nullif(sum(total_cost), 0) - 1) * 100 as roi_pct,
            count(*) filter (where roi_pct > 0) as in_profit,
            count(*) as influencers
        from {ALL_TIME}
        group by attribution_model
        order by attributed_revenue desc, attribution_model
        """
    )


def spread(reader: Reader, model: str, number: int = SHOWN) -> Table:
    """The influencers that cost most, a row a model: revenue, cost and ROI."""
    reader.require(ALL_TIME, "roi_pct", "total_cost")
    return reader.query(
        f"""
        with largest as (
            select influencer_id, total_cost
            from {ALL_TIME}
            where attribution_model = $model and total_cost > 0
            order by total_cost desc, influencer_id
            limit $number
        )

        select
            rows.influencer_id,
            dim_influencers.influencer_name,
            rows.attribution_model,
            rows.attributed_revenue,
            rows.total_cost,
            rows.roi_pct
        from {ALL_TIME} as rows
        inner join largest on rows.influencer_id = largest.influencer_id
        inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        order by largest.total_cost desc, rows.influencer_id, rows.attribution_model
        """,
        {"model": model, "number": number},
    )


def verdicts(reader: Reader) -> Table:
    """How many influencers with cost earn more than they cost: under all models, none, or some of them."""
    reader.require(ALL_TIME, "roi_pct", "total_cost")
    return reader.query(
        f"""
        with judged as (
            select
                influencer_id,
                min(total_cost) as total_cost,
                count(*) filter (where roi_pct > 0) as in_profit,
                count(*) as models
            from {ALL_TIME}
            where roi_pct is not null
            group by influencer_id
        )

        select
            case when in_profit = models then 'always' when in_profit = 0 then 'never' else 'depends' end
                as verdict,
            count(*) as influencers,
            sum(total_cost) as total_cost
        from judged
        group by verdict
        order by verdict
        """
    )


def side_by_side(reader: Reader, measure: str, rows: Rows = ALL_ROWS) -> Table:
    """One row an influencer, a column a model: `attributed_revenue`, `conversions` or `roi_pct`."""
    if measure not in ("attributed_revenue", "conversions", "roi_pct"):
        raise ValueError(f"{measure!r} cannot be compared; attributed_revenue, conversions and roi_pct can.")
    reader.require(ALL_TIME, measure)
    models = reader.query(f"select distinct attribution_model from {ALL_TIME} order by 1").column(
        "attribution_model"
    )
    figures = [
        f"any_value(rows.{measure}) filter (where attribution_model = {literal(model)}) as {quoted(model)}"
        for model in models
    ]
    return reader.ordered(
        f"""
        select {", ".join(["dim_influencers.influencer_name", "rows.influencer_id", *figures])}
        from {ALL_TIME} as rows
        inner join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        group by dim_influencers.influencer_name, rows.influencer_id
        """,
        {},
        "influencer_name, influencer_id",
        rows,
    )


def rank_changes(reader: Reader, model: str, other: str, rows: Rows = ALL_ROWS) -> Table:
    """Ranks by revenue under two models, the greatest change first."""
    reader.require(ALL_TIME, "attributed_revenue")
    return reader.ordered(
        f"""
        with ranked as (
            select
                influencer_id,
                attribution_model,
                attributed_revenue,
                row_number() over (
                    partition by attribution_model order by attributed_revenue desc, influencer_id
                ) as place
            from {ALL_TIME}
            where attribution_model in ($model, $other)
        )

        select
            one.influencer_id,
            dim_influencers.influencer_name,
            one.place as place,
            two.place as other_place,
            one.place - two.place as places_gained,
            one.attributed_revenue,
            two.attributed_revenue as other_revenue
        from ranked as one
        inner join ranked as two on one.influencer_id = two.influencer_id and two.attribution_model = $other
        inner join dim_influencers on one.influencer_id = dim_influencers.influencer_id
        where one.attribution_model = $model
        """,
        {"model": model, "other": other},
        "abs(places_gained) desc, place, influencer_id",
        rows,
    )
