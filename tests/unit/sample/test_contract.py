"""Columns, keys and references of a written world."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote_plus, urlsplit

import pyarrow.parquet as pq
import pytest

from orchestration.lib.registry import Severity, check_registry

from .conftest import Opened

COLUMNS = {
    "clicks": "event_id event_at visitor_id event_name page_url referrer_url user_agent customer_id email "
    "order_id event_value engagement_seconds consent",
    "orders": "order_id ordered_at customer_id email visitor_id status currency subtotal discount_amount "
    "shipping_amount tax_amount total_amount discount_codes survey_answer updated_at",
    "order_lines": "order_id line_id product_id product_category quantity amount unit_cost",
    "refunds": "refund_id order_id refunded_at amount",
    "contacts": "contact_id created_at email customer_id visitor_id lifecycle_stage became_lead_at "
    "became_customer_at lead_source merged_into_contact_id marketing_consent country updated_at",
    "influencers": "influencer_id influencer_name handle tier niche country followers",
    "campaigns": "campaign_id campaign_name utm_campaign starts_on ends_on product_category budget",
    "partnerships": "partnership_id influencer_id campaign_id fee currency commission_pct "
    "attribution_window_days",
    "deliverables": "deliverable_id partnership_id platform content_format utm_content posted_at post_url "
    "impressions engagements",
    "tracking_links": "link_id influencer_id campaign_id deliverable_id slug destination_url utm_source "
    "utm_medium utm_campaign utm_content valid_from valid_to",
    "promo_codes": "promo_code influencer_id campaign_id discount_type discount_value valid_from valid_to",
    "costs": "cost_id influencer_id campaign_id deliverable_id cost_type incurred_on amount currency",
}
NEVER_NULL = {
    "clicks": "event_at visitor_id event_name",
    "orders": "order_id ordered_at currency subtotal",
    "order_lines": "order_id line_id",
    "refunds": "refund_id order_id refunded_at amount",
    "contacts": "contact_id created_at",
}
REFERENCES = [
    ("clicks", "order_id", "orders", "order_id"),
    ("order_lines", "order_id", "orders", "order_id"),
    ("refunds", "order_id", "orders", "order_id"),
    ("contacts", "merged_into_contact_id", "contacts", "contact_id"),
    ("partnerships", "influencer_id", "influencers", "influencer_id"),
    ("partnerships", "campaign_id", "campaigns", "campaign_id"),
    ("deliverables", "partnership_id", "partnerships", "partnership_id"),
    *(
        (table, f"{name}_id", f"{name}s", f"{name}_id")
        for table in ("tracking_links", "promo_codes", "costs", "truth")
        for name in ("influencer", "campaign", "deliverable")
        if (table, name) != ("promo_codes", "deliverable")
    ),
    ("truth", "code_owner", "influencers", "influencer_id"),
    ("truth_influencers", "influencer_id", "influencers", "influencer_id"),
]
KEYS = [
    ("influencers", "influencer_id"),
    ("influencers", "handle"),
    ("campaigns", "utm_campaign"),
    ("partnerships", "partnership_id"),
    ("deliverables", "deliverable_id"),
    ("tracking_links", "link_id"),
    ("tracking_links", "slug"),
    ("tracking_links", "(utm_source, utm_medium, utm_campaign, utm_content)"),
    ("promo_codes", "(promo_code, valid_from)"),
    ("costs", "cost_id"),
    ("order_lines", "line_id"),
    ("refunds", "refund_id"),
    ("truth", "order_id"),
]


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_are_exactly_those_of_the_contract(world: Opened, table: str) -> None:
    names = [row[0] for row in world.rows(f"describe {table}")]
    assert names == COLUMNS[table].split()


@pytest.mark.parametrize("table", NEVER_NULL)
def test_required_values_are_there(world: Opened, table: str) -> None:
    for column in NEVER_NULL[table].split():
        assert world.value(f"select count(*) from {table} where {column} is null") == 0, column


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_references_resolve(world: Opened, table: str, column: str, target: str, key: str) -> None:
    used = f"select distinct {column} as id from {table} where {column} is not null"
    assert world.value(f"select count(*) from ({used})") > 0
    assert world.rows(f"select id from ({used}) where id not in (select {key} from {target})") == []


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_keys_are_unique(world: Opened, table: str, key: str) -> None:
    assert world.rows(f"select {key}, count(*) from {table} group by all having count(*) > 1") == []


def test_the_registry_passes_its_own_checks(world: Opened) -> None:
    findings = check_registry(world.report.out / "registry")
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


def test_no_code_has_two_owners_at_one_time(world: Opened) -> None:
    overlap = """
        select a.promo_code, a.valid_from, b.valid_from
        from promo_codes as a
        inner join promo_codes as b
            on upper(a.promo_code) = upper(b.promo_code) and a.valid_from < b.valid_from
        where coalesce(a.valid_to, '9999') > b.valid_from
    """
    assert world.rows(overlap) == []
    owners = "select count(distinct influencer_id) as n from promo_codes group by promo_code"
    assert world.value(f"select max(n) from ({owners})") == 2, "one code changes hands"


def test_every_tagged_visit_matches_a_link(world: Opened) -> None:
    """UTM values in any case and encoding are a registered link's; most links are used."""
    links = {
        tuple((value or "").lower() for value in row)
        for row in world.rows("select utm_source, utm_medium, utm_campaign, utm_content from tracking_links")
    }
    handles = {link[0] for link in links}
    seen: set[tuple[str, ...]] = set()
    spelled: set[str] = set()
    for (url,) in world.rows("select distinct page_url from clicks where page_url like '%utm_source=%'"):
        query = parse_qs(urlsplit(url).query)
        parts = tuple(
            unquote_plus(query.get(f"utm_{name}", [""])[0]).lower()
            for name in ("source", "medium", "campaign", "content")
        )
        if parts[0] in handles:
            assert parts in links, url
            seen.add(parts)
            spelled.add(urlsplit(url).query.split("&utm_content")[0])
    assert len(seen) > 0.5 * len(links)
    assert any("%5F" in query for query in spelled)
    assert any("%255F" in query for query in spelled)
    assert any(query != query.lower() for query in spelled)


def test_dates_lie_inside_the_world(world: Opened) -> None:
    begin, end = "2026-02-04", "2026-06-04"
    for table, column in (
        ("campaigns", "starts_on"),
        ("campaigns", "ends_on"),
        ("deliverables", "posted_at"),
        ("costs", "incurred_on"),
        ("promo_codes", "valid_from"),
        ("orders", "ordered_at"),
        ("refunds", "refunded_at"),
        ("contacts", "created_at"),
    ):
        query = f"select min({column}::varchar), max({column}::varchar) from {table}"
        first, last = world.rows(query)[0]
        assert begin <= first[:10] and last[:10] < end, (table, column, first, last)


def test_parquet_types_carry_times_and_exact_money(world: Opened) -> None:
    files = sorted((world.report.out / "landing" / "order_lines").rglob("*.parquet"))
    schema = pq.read_schema(files[0])
    assert str(schema.field("amount").type) == "decimal128(18, 2)"
    assert len(files) > 1


def test_datasets_have_several_files_and_the_sample_shows_several_formats(world: Opened) -> None:
    assert all(number >= 4 for number in world.report.files.values())
    endings = {
        path.name.split(".", 1)[1] for path in (world.report.out / "landing").rglob("*") if path.is_file()
    }
    assert endings == {"csv", "csv.gz", "jsonl.gz", "parquet"}
