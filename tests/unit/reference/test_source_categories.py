"""Sources have one category and one name, and agree with the public lists where we mean to."""

import csv
import re

import pytest
import yaml

from orchestration.lib.reference.seed import ReferenceError
from orchestration.lib.reference.sources import compile_source_categories, expand

from .conftest import FOLDER, PUBLIC_LISTS

COUPONS = FOLDER / "coupon_sites.csv"
GA4 = PUBLIC_LISTS / "ga4_source_categories" / "ga4_source_categories.csv"
MATOMO = PUBLIC_LISTS / "matomo"

# Where we differ from Google's list on purpose; the reasons are in docs/reference-data.md.
OTHER_CATEGORY = {"simplycodes.com": "coupon"}
LEFT_OUT = {
    "rakuten",
    "viadeo.journaldunet.com",
    "stripe",
    "stripe.com",
    "checkout.stripe.com",
    "checkout.shopify.com",
    "shop.app",
    "s3.amazonaws.com",
}


@pytest.fixture(scope="module")
def sources(rows):
    return {row["source"]: (row["category"], row["canonical_source"]) for row in rows("source_categories")}


@pytest.mark.parametrize(
    ("source", "category", "name"),
    [
        ("google", "search", "google"),
        ("google.com", "search", "google"),
        ("google.co.uk", "search", "google"),
        ("google.com.br", "search", "google"),
        ("de.search.yahoo.com", "search", "yahoo"),
        ("duckduckgo.com", "search", "duckduckgo"),
        ("ig", "social", "instagram"),
        ("l.instagram.com", "social", "instagram"),
        ("lm.facebook.com", "social", "facebook"),
        ("fb", "social", "facebook"),
        ("t.co", "social", "twitter"),
        ("x.com", "social", "twitter"),
        ("vm.tiktok.com", "social", "tiktok"),
        ("linktr.ee", "social", "linktree"),
        ("youtu.be", "video", "youtube"),
        ("m.twitch.tv", "video", "twitch"),
        ("com.google.android.gm", "email", "gmail"),
        ("com.google.android.googlequicksearchbox", "search", "google"),
        ("amazon.co.jp", "shopping", "amazon"),
        ("chatgpt.com", "ai", "chatgpt"),
        ("docs.google.com", "other", "google_docs"),
        ("retailmenot.com", "coupon", "retailmenot"),
        ("retailmenot", "coupon", "retailmenot"),
    ],
)
def test_known_source(sources, source, category, name):
    assert sources[source] == (category, name)


def test_every_canonical_name_is_a_source_of_its_own(sources):
    assert {name for _, name in sources.values()} - set(sources) <= {"rakuten", "offers", "savings", "pepper"}


def test_every_coupon_site_is_a_coupon_source(rows, sources):
    assert all(sources[row["host"]][0] == "coupon" for row in rows("coupon_sites"))


def test_referrers_that_are_never_sources_are_not_listed_as_sources(rows, sources):
    assert [row["host"] for row in rows("excluded_referrers") if row["host"] in sources] == []
    assert [row["host"] for row in rows("referrer_spam") if row["host"] in sources] == []


def test_keys_are_lower_case_names_or_hosts(sources):
    assert [key for key in sources if not re.fullmatch(r"[a-z0-9][a-z0-9_+. -]*[a-z0-9+]|x", key)] == []


def test_endings_are_filled_in():
    endings = {"cc": ["com", "de"]}
    assert expand("a.{cc}", endings) == ["a.com", "a.de"]
    assert expand("a.com", endings) == ["a.com"]
    with pytest.raises(ReferenceError, match="no set 'xx' under .endings.; there are cc"):
        expand("a.{xx}", endings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[search]\na = ["x.com"]\n[social]\nb = ["x.com"]', "'x.com' is both a .search. and b .social."),
        ('[search]\na = ["x.com"]\nb = ["x.com"]', "'x.com' is both a .search. and b .search."),
        ('[search]\na = ["www.x.com"]', "without www"),
        ('[search]\na = ["X.com"]', "lower case"),
        ("[serach]\na = []", "unknown category .'serach'.; allowed: search, social"),
    ],
)
def test_a_contradiction_is_named(tmp_path, text, message):
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(ReferenceError, match=message):
        compile_source_categories(COUPONS, path)


@pytest.mark.shared
@pytest.mark.skipif(not GA4.exists(), reason="Google's public list is not on this machine")
def test_categories_are_those_of_google():
    ours = {row[0]: row[1] for row in compile_source_categories(COUPONS).rows}
    with GA4.open(encoding="utf-8") as file:
        theirs = {
            row["source"].lower(): row["source_category"].removeprefix("SOURCE_CATEGORY_").lower()
            for row in csv.DictReader(file)
        }
    differ = {key: ours[key] for key, category in theirs.items() if key in ours and ours[key] != category}
    assert differ == OTHER_CATEGORY
    absent = {key for key in theirs if key not in ours}
    assert {key for key in absent if theirs[key] != "social"} == LEFT_OUT
    # The rest of their social list: sites that closed long ago, and media that are not networks.
    assert len(absent - LEFT_OUT) / sum(category == "social" for category in theirs.values()) < 0.55


@pytest.mark.shared
@pytest.mark.skipif(not MATOMO.exists(), reason="Matomo's public lists are not on this machine")
def test_matomo_calls_our_hosts_the_same(sources):
    socials = yaml.safe_load((MATOMO / "Socials.yml").read_text(encoding="utf-8"))
    kinds = {sources[host][0] for hosts in socials.values() for host in hosts if host in sources}
    assert kinds == {"social", "video"}
    engines = yaml.safe_load((MATOMO / "SearchEngines.yml").read_text(encoding="utf-8"))
    urls = {url.removeprefix("www.") for e in engines.values() for part in e for url in part.get("urls", [])}
    differ = {url: sources[url][0] for url in urls if url in sources and sources[url][0] != "search"}
    others = {url for url, kind in differ.items() if kind != "ai"}
    assert others == {"digg.com", "facebook.com", "translate.google.com"}


@pytest.mark.shared
@pytest.mark.skipif(not MATOMO.exists(), reason="Matomo's public lists are not on this machine")
def test_spam_hosts_are_known_spammers(rows):
    known = set((MATOMO / "spammers.txt").read_text(encoding="utf-8").split())
    assert {row["host"] for row in rows("referrer_spam")} <= known
