"""Journeys: one customer's way to a purchase, how long ways are, and where on them influencers stand.

A customer is found by an order number, a customer id or an e-mail. Neither id nor e-mail is in the published
file: they are hashed here, in this process, and only the hash is compared.
"""

from __future__ import annotations

import hashlib

from orchestration.lib.ingestion.privacy import hash_email
from orchestration.lib.pepper import pepper
from orchestration.lib.publish.names import quoted
from orchestration.lib.readers.database import Reader, Table

IDENTIFIERS = "dim_person_identifiers"
TIMELINE = "mart_customer_journeys"
SUMMARY = "mart_journey_summary"
# Longer ways are counted together.
LONGEST_PATH = 12
SHOWN_EVENTS = 500


def find_by_order(reader: Reader, order_id: str) -> str | None:
    """The person who placed the order, or None."""
    reader.require("fct_conversions", "order_id", "person_id")
    rows = reader.query("select person_id from fct_conversions where order_id = ?", [order_id.strip()]).rows
    return rows[0][0] if rows else None


def find_by_customer(reader: Reader, customer_id: str, hash_key: bytes) -> str | None:
    """The person with this customer id in the shop, or None."""
    return _find(reader, "customer", customer_id.strip(), hash_key)


def find_by_email(reader: Reader, address: str, hash_key: bytes) -> str | None:
    """The person with this e-mail, or None; the address is hashed here and goes no further."""
    digest = hash_email(address, hash_key)
    return _find(reader, "email", digest, hash_key) if digest else None


def _find(reader: Reader, kind: str, value: str, hash_key: bytes) -> str | None:
    reader.require(IDENTIFIERS, "identifier_hash", "person_id")
    digest = identifier_hash(kind, f"{kind}:{value}", hash_key)
    rows = reader.query(f"select person_id from {IDENTIFIERS} where identifier_hash = ?", [digest]).rows
    return rows[0][0] if rows else None


def identifier_hash(kind: str, identifier: str, hash_key: bytes) -> str:
    """Twin of the dbt macro `keyed_hash` for (type, identifier)."""
    parts = ["=" + part.replace("|", "||") for part in (kind, identifier)]
    return hashlib.md5("|.|".join([pepper(hash_key), *parts]).encode(), usedforsecurity=False).hexdigest()


def timeline(reader: Reader, person_id: str) -> Table:
    """The person's visits, codes, goals and purchases in the order of time; the latest of very many."""
    reader.require(TIMELINE, "person_id", "event_number", "event_at", "event_type")
    return reader.query(
        f"""
        with latest as (
            from {TIMELINE}
            where person_id = $person
            order by event_number desc
            limit $number
        )

        select
            latest.event_number, latest.event_at, latest.event_type, latest.channel,
            dim_influencers.influencer_name, dim_campaigns.campaign_name,
            dim_deliverables.platform, dim_deliverables.content_format,
            latest.conversion_type, latest.order_id, latest.revenue, latest.hours_from_previous_event
        from latest
        left join dim_influencers on latest.influencer_id = dim_influencers.influencer_id
        left join dim_campaigns on latest.campaign_id = dim_campaigns.campaign_id
        left join dim_deliverables on latest.deliverable_id = dim_deliverables.deliverable_id
        order by latest.event_number
        """,
        {"person": person_id, "number": SHOWN_EVENTS},
    )


def credit_of(reader: Reader, person_id: str, model: str) -> Table:
    """How the model shares the person's purchases out: a row a touch with credit."""
    fact = f"fct_attribution__{model}"
    # Also what keeps a model's name from a link from being read as SQL.
    reader.require(fact, "person_id", "credit", "attributed_revenue")
    return reader.query(
        f"""
        select
            conversions.order_id, conversions.converted_at, conversions.revenue,
            rows.channel, dim_influencers.influencer_name, rows.evidence, rows.touched_at,
            rows.credit, rows.attributed_revenue
        from {quoted(fact)} as rows
        inner join fct_conversions as conversions on rows.conversion_id = conversions.conversion_id
        left join dim_influencers on rows.influencer_id = dim_influencers.influencer_id
        where
            rows.person_id = $person and conversions.person_id = $person
            and rows.conversion_type = 'purchase' and rows.credit > 0
        order by conversions.converted_at, conversions.order_id, rows.touched_at, rows.touchpoint_id
        """,
        {"person": person_id},
    )


def path_lengths(reader: Reader) -> Table:
    """Purchases by number of touches before them, with and without an influencer among those."""
    reader.require(SUMMARY, "path_length", "conversions", "conversions_with_influencer", "revenue")
    return reader.query(
        f"""
        select
            least(path_length, {LONGEST_PATH}) as path_length,
            sum(conversions) as conversions,
            sum(conversions_with_influencer) as with_influencer,
            sum(revenue) as revenue
        from {SUMMARY}
        where conversion_type = 'purchase'
        group by least(path_length, {LONGEST_PATH})
        order by 1
        """
    )


def positions(reader: Reader) -> dict[str, int]:
    """Where in the journeys before purchases influencers' touches stand."""
    columns = ("only", "first", "middle", "last")
    reader.require(SUMMARY, *(f"influencer_touches_{name}" for name in columns))
    row = reader.query(
        f"select {', '.join(f'coalesce(sum(influencer_touches_{name}), 0)' for name in columns)} "
        f"from {SUMMARY} where conversion_type = 'purchase'"
    ).rows[0]
    return {name: int(value) for name, value in zip(columns, row, strict=True)}


def summary(reader: Reader) -> dict[str, float | None]:
    """Purchases, those with one and with several influencers on the way, and how long the way is."""
    reader.require(SUMMARY, "conversions_with_several_influencers", "average_hours_from_first_touch")
    return reader.query(
        f"""
        select
            coalesce(sum(conversions), 0) as purchases,
            coalesce(sum(conversions_with_influencer), 0) as with_influencer,
            coalesce(sum(conversions_with_several_influencers), 0) as with_several,
            sum(conversions * average_hours_from_first_touch)
                / nullif(sum(conversions) filter (where average_hours_from_first_touch is not null), 0)
                as average_hours,
            sum(conversions * path_length) / nullif(sum(conversions), 0) as average_touches
        from {SUMMARY}
        where conversion_type = 'purchase'
        """
    ).dicts()[0]
