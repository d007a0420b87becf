"""Redirect rules: a slug leads to its tracked address, and nothing in a registry is read as configuration."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.lib.links.model import Link, read_links
from orchestration.lib.links.redirects import (
    FORMATS,
    ExportError,
    Redirect,
    plan_redirects,
    safe_target,
    short_base,
)
from orchestration.lib.links.urls import UrlError
from orchestration.lib.registry import read_registry
from orchestration.lib.registry.ownership import BEGINNING, END
from tests.support.registry import write_registry

NOW = datetime(2026, 3, 15, tzinfo=UTC)
BASE = "https://go.shop.example/to"


def link(
    slug: str = "ada-spring", url: str = "https://shop.example/?a=1&utm_source=ada#top", **changes: object
) -> Link:
    values: dict[str, object] = {
        "link_id": "lnk_1",
        "influencer_id": "inf_1",
        "campaign_id": None,
        "deliverable_id": None,
        "slug": slug,
        "url": url,
        "utms": {},
        "begins": BEGINNING,
        "ends": END,
        "line": 2,
    }
    return Link(**{**values, **changes})  # type: ignore[arg-type]


def rendered(name: str, redirects: list[Redirect], base: str = BASE) -> str:
    return FORMATS[name][1](redirects, base)


def test_a_registry_becomes_redirects_in_the_order_of_the_slugs(tmp_path: Path) -> None:
    links, _ = read_links(read_registry(write_registry(tmp_path))[0])
    assert plan_redirects(links, BASE, NOW) == [
        Redirect(
            "/to/ada-spring",
            "https://shop.example/?utm_source=ada&utm_medium=instagram&utm_campaign=spring&utm_content=reel1",
        ),
        Redirect(
            "/to/bo-spring", "https://shop.example/?utm_source=bo&utm_medium=youtube&utm_campaign=spring"
        ),
    ]


def test_a_slug_used_again_leads_to_the_link_that_is_valid_now() -> None:
    march, april = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    old = link(url="https://shop.example/old", ends=march, line=2)
    new = link(url="https://shop.example/new", begins=march, ends=april, line=3)
    for order in ([old, new], [new, old]):
        assert plan_redirects(order, "", NOW)[0].target.endswith("/new")
        # After its end a link still leads somewhere: old posts are still clicked.
        assert plan_redirects(order, "", datetime(2026, 9, 1, tzinfo=UTC))[0].target.endswith("/new")


def test_one_slug_for_two_links_at_once_is_refused_with_both_lines() -> None:
    twice = [link(line=2), link(url="https://shop.example/other", link_id="lnk_2", line=7)]
    with pytest.raises(ExportError, match="lines 2 and 7: links lnk_1 and lnk_2"):
        plan_redirects(twice, "", NOW)


@pytest.mark.parametrize(
    "slug", ["a b", "a/../b", "a;b", "a}b", 'a"b', "a$b", "ä", "-a", "a--b", "*", ":a", "a\nb"]
)
def test_a_slug_that_is_no_plain_word_is_refused_with_its_line(slug: str) -> None:
    with pytest.raises(ExportError, match="line 2"):
        plan_redirects([link(slug)], "", NOW)


@pytest.mark.parametrize(
    "base", ["https://go.example/?x", "https://go.example/a;b", "go.example", "https://g o/"]
)
def test_a_short_address_that_is_more_than_host_and_path_is_refused(base: str) -> None:
    with pytest.raises(ExportError, match="short_url"):
        short_base(base)


class TestFormats:
    redirects = [Redirect("/to/ada", "https://shop.example/p?a=1,2&utm_source=ada#top")]

    def test_nginx_passes_click_ids_on_before_the_fragment(self) -> None:
        text = rendered("nginx", self.redirects)
        assert "location = /to/ada {" in text
        assert 'set $roi_more "&$args";' in text
        assert 'return 302 "https://shop.example/p?a=1,2&utm_source=ada${roi_more}#top";' in text

    def test_caddy(self) -> None:
        text = rendered("caddy", self.redirects)
        assert "handle /to/ada {" in text
        assert 'redir @more "https://shop.example/p?a=1,2&utm_source=ada&{query}#top" 302' in text
        assert 'redir "https://shop.example/p?a=1,2&utm_source=ada#top" 302' in text

    def test_netlify_has_three_columns_and_no_placeholder(self) -> None:
        redirects = [Redirect("/to/ada", "https://shop.example:8443/p:splat?x=:name&utm_source=ada")]
        rule = rendered("netlify", redirects).splitlines()[-1]
        assert rule.split() == [
            "/to/ada",
            "https://shop.example:8443/p%3Asplat?x=%3Aname&utm_source=ada",
            "302",
        ]

    def test_cloudflare_quotes_commas_and_names_the_host(self) -> None:
        (row,) = csv.reader(io.StringIO(rendered("cloudflare", self.redirects)))
        assert row == [
            "go.shop.example/to/ada", "https://shop.example/p?a=1,2&utm_source=ada#top", "302",
            "FALSE", "FALSE", "FALSE", "FALSE",
        ]  # fmt: skip

    def test_cloudflare_without_a_host_says_what_to_set(self) -> None:
        with pytest.raises(ExportError, match=r"links\.short_url"):
            rendered("cloudflare", self.redirects, "")


ATTACKS = [
    'https://shop.example/"; } location / { return 200 pwned; } #',
    "https://shop.example/$document_root$args",
    "https://shop.example/{env.HOME}{$SECRET}{http.request.header.Cookie}",
    "https://shop.example/`x` 301\n/admin https://evil.example 200",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "https://shop.example/ https://evil.example/ 200",
    "https://shop.example/:splat/*",
    'https://shop.example/\\"x',
    "https://shop.example/${roi_more}",
    "https://shop.example/'; }",
]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_destination_is_read_as_configuration(name: str, attack: str) -> None:
    try:
        target = safe_target(attack)
    except UrlError:
        return
    harmless = rendered(name, [Redirect("/to/x", "https://shop.example/y")])
    text = rendered(name, [Redirect("/to/x", target)])
    assert text.count("\n") == harmless.count("\n")
    skeleton = [text.replace(target.partition("#")[0], "").count(each) for each in '{}"$`;']
    bare = harmless.replace("https://shop.example/y", "")
    if "#" not in target:
        assert skeleton == [bare.count(each) for each in '{}"$`;']
    assert not re.search(r'[\s"`${}\\<>^|]', target)


@given(st.text(max_size=60))
def test_no_text_at_all_leaves_a_dangerous_character_in_a_target(text: str) -> None:
    try:
        target = safe_target("https://shop.example/" + text)
    except (UrlError, ExportError):
        return
    assert not re.search(r'[\s"`${}\\<>^|\x00-\x20\x7f-\uffff]', target)
    assert target.startswith("https://shop.example/")
