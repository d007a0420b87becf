"""The channel rules give what Analytics documents, in DuckDB as in Python."""

import re

import duckdb
import pytest

from orchestration.lib.reference.bots import portable

from .conftest import FOLDER

PATTERNS = ("source_pattern", "medium_pattern", "campaign_pattern", "requires_click_id")

# source, medium, campaign, click ids on the page -> channel
CASES = [
    ("(direct)", "(none)", None, (), "direct"),
    ("(direct)", "(not set)", None, (), "direct"),
    ("(direct)", "referral", None, (), "referral"),
    ("direct", "(none)", None, (), "(other)"),
    ("google", "cpc", "eu-cross-network-may", (), "cross_network"),
    ("retailmenot.com", "affiliate", None, (), "coupon_site"),
    ("retailmenot", "cpc", None, ("gclid",), "coupon_site"),
    ("amazon", "cpc", None, (), "paid_shopping"),
    ("whoever", "retargeting", "shopping", (), "paid_shopping"),
    ("google", "cpc", "summer_shop", (), "paid_shopping"),
    ("google", "cpc", "eshop", (), "paid_shopping"),
    ("google", "cpc", "workshop", (), "paid_search"),
    ("google", "cpc", None, (), "paid_search"),
    ("bing", "ppc", None, (), "paid_search"),
    ("facebook", "paid_social", None, (), "paid_social"),
    ("l.instagram.com", "cpm", None, (), "paid_social"),
    ("youtube", "cpv", None, (), "paid_video"),
    ("youtube", "cpc", None, (), "paid_video"),
    ("criteo", "display", None, (), "display"),
    ("criteo", "cpm", None, (), "display"),
    ("taboola", "cpc", None, (), "paid_other"),
    ("whoever", "paid", None, (), "paid_other"),
    ("etsy.com", "referral", None, (), "organic_shopping"),
    ("whoever", "post", "spring shopping days", (), "organic_shopping"),
    ("tiktok", "video", None, (), "organic_social"),
    ("l.facebook.com", "referral", None, (), "organic_social"),
    ("whoever", "social-media", None, (), "organic_social"),
    ("youtube.com", "referral", None, (), "organic_video"),
    ("whoever", "my-video-page", None, (), "organic_video"),
    ("google.co.uk", "organic", None, (), "organic_search"),
    ("unknownsearch", "organic", None, (), "organic_search"),
    ("google", "(not set)", None, (), "organic_search"),
    ("chatgpt.com", "referral", None, (), "ai_assistant"),
    ("chatgpt.com", "(none)", None, (), "ai_assistant"),
    ("whoever", "ai-assistant", None, (), "ai_assistant"),
    ("blog.example", "referral", None, (), "referral"),
    ("docs.google.com", "referral", None, (), "referral"),
    ("blog.example", "link", None, (), "referral"),
    ("e-mail", "weekly", None, (), "email"),
    ("klaviyo", "email", None, (), "email"),
    ("mail.google.com", "referral", None, (), "email"),
    ("mailchimp", "weekly", None, (), "email"),
    ("klaviyo", "sms", None, (), "sms"),
    ("cj", "affiliate", None, (), "affiliates"),
    ("rakuten", "affiliate", None, (), "affiliates"),
    ("spotify", "audio", None, (), "audio"),
    ("sms", "broadcast", None, (), "sms"),
    ("whoever", "sms", None, (), "sms"),
    ("onesignal", "web-push", None, (), "mobile_push"),
    ("whoever", "mobile-app", None, (), "mobile_push"),
    ("whoever", "notification", None, (), "mobile_push"),
    ("firebase", "(not set)", None, (), "mobile_push"),
    ("whoever", "whatever", None, (), "(other)"),
    ("qr", "print", None, (), "(other)"),
    (None, None, None, (), "(other)"),
    # an advertisement's click id outranks a medium that hides it
    ("google", "organic", None, ("gclid",), "paid_search"),
    ("newsletter", "email", None, ("gbraid",), "paid_search"),
    ("bing", "organic", None, ("msclkid",), "paid_search"),
    ("whoever", "referral", None, ("dclid",), "display"),
    ("whoever", "referral", None, ("dclid", "gclid"), "display"),
    ("youtube.com", "referral", None, ("gclid",), "paid_video"),
    ("tiktok", "bio", None, ("ttclid",), "paid_social"),
    # ... but ids that come with unpaid links do not
    ("facebook", "bio", None, ("fbclid",), "organic_social"),
    ("instagram", "story", None, ("igshid",), "organic_social"),
    ("pinterest", "pin", None, ("epik",), "organic_social"),
]


@pytest.fixture(scope="module")
def categories(rows):
    return {row["source"]: row["category"] for row in rows("source_categories")}


def channel(rules, categories, source, medium, campaign=None, click_ids=()):
    """Plain reading of the description: from the top, all conditions together, first match wins."""

    def fits(pattern, value):
        return not pattern or (value is not None and re.fullmatch(pattern, value) is not None)

    for rule in sorted(rules, key=lambda row: int(row["rule_order"])):
        if (
            fits(rule["source_pattern"], source)
            and (not rule["source_category"] or categories.get(source) == rule["source_category"])
            and fits(rule["medium_pattern"], medium)
            and fits(rule["campaign_pattern"], campaign)
            and (not rule["requires_click_id"] or any(fits(rule["requires_click_id"], i) for i in click_ids))
        ):
            return rule["channel"]
    return "(other)"


@pytest.mark.parametrize(("source", "medium", "campaign", "click_ids", "expected"), CASES)
def test_case(rows, categories, source, medium, campaign, click_ids, expected):
    assert channel(rows("channel_rules"), categories, source, medium, campaign, click_ids) == expected


def test_duckdb_reads_the_rules_the_same_way():
    con = duckdb.connect()
    con.execute(
        "create table cases"
        " (id int, source text, medium text, campaign text, click_ids text[], expected text)"
    )
    con.executemany(
        "insert into cases values (?, ?, ?, ?, ?, ?)",
        [(number, *case[:3], list(case[3]), case[4]) for number, case in enumerate(CASES)],
    )
    different = con.execute(
        f"""
        with rules as (
            from read_csv('{FOLDER}/channel_rules.csv', all_varchar = true, header = true)
        ),
        fits as (
            select cases.id, min_by(rules.channel, rules.rule_order::int) as channel
            from cases
            left join read_csv('{FOLDER}/source_categories.csv', all_varchar = true, header = true) as known
                on cases.source = known.source
            join rules
                on (source_pattern is null or regexp_full_match(cases.source, source_pattern))
                and (rules.source_category is null or rules.source_category = known.category)
                and (medium_pattern is null or regexp_full_match(cases.medium, medium_pattern))
                and (campaign_pattern is null or regexp_full_match(cases.campaign, campaign_pattern))
                and (
                    requires_click_id is null
                    or len(list_filter(click_ids, lambda i: regexp_full_match(i, requires_click_id))) > 0
                )
            group by all
        )
        select cases.*, fits.channel
        from cases left join fits using (id)
        where coalesce(fits.channel, '(other)') <> cases.expected
        """
    ).fetchall()
    assert different == []


def test_every_channel_of_the_rules_has_a_case(rows):
    assert {row["channel"] for row in rows("channel_rules")} == {case[4] for case in CASES} - {"(other)"}


def test_patterns_are_portable_and_lower_case(rows):
    for row in rows("channel_rules"):
        for column in PATTERNS:
            assert portable(row[column]) == row[column], row
            assert row[column] == row[column].lower(), row


def test_rules_are_listed_in_their_order(rows):
    orders = [int(row["rule_order"]) for row in rows("channel_rules")]
    assert orders == sorted(orders)


@pytest.mark.parametrize(
    "campaign",
    [
        "shop",
        "shops",
        "eshop",
        "e-shop",
        "workshop",
        "bishop",
        "my shop",
        "shopping",
        "windowshopping",
        "sho",
    ],
)
def test_full_match_of_a_shop_is_the_documented_search(rows, campaign):
    documented = re.search(r"^(.*(([^a-df-z]|^)shop|shopping).*)$", campaign)
    ours = {row["campaign_pattern"] for row in rows("channel_rules") if "shop" in row["campaign_pattern"]}
    assert len(ours) == 1
    assert bool(re.fullmatch(ours.pop(), campaign)) == bool(documented)


def test_required_click_ids_are_known_and_paid(rows):
    paid = {row["parameter"] for row in rows("click_ids") if row["is_paid"] == "true"}
    required = {name for row in rows("channel_rules") for name in row["requires_click_id"].split("|") if name}
    assert required == paid


def test_a_click_id_alone_gives_the_channel_it_hints_at(rows, categories):
    for row in rows("click_ids"):
        given = channel(
            rows("channel_rules"), categories, row["source"], row["medium"], None, [row["parameter"]]
        )
        assert given == row["channel_hint"], row


def test_crm_channels_exist(rows):
    known = {row["channel"] for row in rows("channel_rules")} | {"influencer", "(other)"}
    assert {row["channel"] for row in rows("crm_sources")} <= known
    assert all(row["lead_source"] == row["lead_source"].lower() for row in rows("crm_sources"))
