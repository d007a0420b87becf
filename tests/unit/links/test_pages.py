"""What pages say about going on, and where a `Location` leads."""

from __future__ import annotations

import pytest

from orchestration.lib.links.checker.errors import FetchError
from orchestration.lib.links.checker.follow import next_address
from orchestration.lib.links.checker.pages import meta_refresh, refresh_target, sends_on_by_script


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("0; url=https://shop.example/", "https://shop.example/"),
        ("0;URL='https://shop.example/?a=1;b=2'", "https://shop.example/?a=1;b=2"),
        ('3 ; url = "x" y', "x"),
        ("0, /p", "/p"),
        ("0.5;/p", "/p"),
        ("0", None),
        ("0;", None),
        ("30; url=/p", None),
        ("soon; url=/p", None),
        ("", None),
    ],
)
def test_refresh(value: str, target: str | None) -> None:
    assert refresh_target(value) == target


def test_broken_pages_are_no_refresh_and_raise_nothing() -> None:
    for page in (
        "<![if x]><meta",
        "<!DOCTYPE [<!ENTITY",
        "<meta http-equiv=refresh content",
        "<" * 1000,
        "\0",
    ):
        assert meta_refresh(page) is None
        assert not sends_on_by_script(page)


def test_a_full_page_with_a_script_for_its_buttons_is_a_page() -> None:
    script = '<script>button.onclick = () => { location.href = "/cart" }</script>'
    assert sends_on_by_script(script)
    assert not sends_on_by_script(script + "<p>" + "Read about our serum. " * 40 + "</p>")
    assert not sends_on_by_script("<script>if (location.href == '/') track()</script>")


@pytest.mark.parametrize(
    ("location", "following"),
    [
        ("/p", "https://shop.example/p#top"),
        ("p?x=1", "https://shop.example/a/p?x=1#top"),
        ("?x=1", "https://shop.example/a/b?x=1#top"),
        ("//other.example/p", "https://other.example/p#top"),
        ("#bottom", "https://shop.example/a/b?q=1#bottom"),
        ("HTTPS://Other.Example", "https://other.example/#top"),
        ("\\p", "https://shop.example/p#top"),
        (" /p\t\n", "https://shop.example/p#top"),
        ("/ä b", "https://shop.example/%C3%A4%20b#top"),
    ],
)
def test_where_a_location_leads(location: str, following: str) -> None:
    assert next_address("https://shop.example/a/b?q=1#top", location) == following


@pytest.mark.parametrize("location", ["ftp://x/", "data:text/html,x", "market://details?id=1", "about:blank"])
def test_a_location_out_of_the_web(location: str) -> None:
    with pytest.raises(FetchError) as raised:
        next_address("https://shop.example/", location)
    assert raised.value.kind == "app_link"
