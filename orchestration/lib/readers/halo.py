"""Orders that no click and no code shows: what came in the days after a post, beyond what was expected."""

from __future__ import annotations

from orchestration.lib.readers import text
from orchestration.lib.readers.database import Reader, Table

HALO = "mart_post_halo"
# All orders of new customers without any trace; the other series are parts of it.
SERIES = "codeless"
MEANING = (
    "New customers' orders that nothing ties to an influencer, in the days after a post, against what was "
    "expected without it. An estimate beside the credited revenue, never a part of it."
)


def halo_of(reader: Reader, influencer_id: str) -> Table:
    """The influencer's posts, the newest first, with the orders that came beyond what was expected."""
    reader.require(HALO, "deliverable_id", "observed_orders", "expected_orders", "halo_orders", "verdict")
    return reader.query(
        f"""
        select
            rows.posted_at, rows.platform, rows.content_format, dim_campaigns.campaign_name,
            rows.observed_orders, rows.expected_orders, rows.halo_orders, rows.halo_orders_low,
            rows.halo_orders_high
        from {HALO} as rows
        left join dim_campaigns on rows.campaign_id = dim_campaigns.campaign_id
        where rows.influencer_id = ? and rows.series = ?
        order by rows.posted_at desc nulls last, rows.deliverable_id
        """,
        [influencer_id, SERIES],
    )


def verdict(reader: Reader) -> str:
    """What may be said of all posts together, in a sentence."""
    reader.require(HALO, "total_halo_orders", "total_halo_orders_low", "total_halo_orders_high", "verdict")
    rows = reader.query(
        f"""
        select any_value(verdict), max(total_halo_orders), max(total_halo_orders_low),
            max(total_halo_orders_high)
        from {HALO}
        where series = ?
        having count(*) > 0
        """,
        [SERIES],
    ).rows
    if not rows or rows[0][0] == "unknown":
        return "There are too few posts, orders or weeks to say anything."
    kind, total, low, high = rows[0]
    bounds = text.interval(low, high)
    if kind == "found":
        return f"All posts together brought about {text.number(total)} such orders ({bounds})."
    return f"Of all posts together no such orders can be shown: the interval {bounds} is not above zero."
