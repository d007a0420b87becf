"""Addresses: what they carry stays, what is added is added once, and what is no address is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.lib.links.urls import UrlError, clean_url, query_values, utm_names, with_utms

UTMS = {"utm_source": "ada", "utm_medium": "instagram", "utm_campaign": "spring sale", "utm_content": ""}


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        (" https://Shop.Example ", "https://shop.example/"),
        ("https://shop.example:443/a b?q=ü&x=%zz#t p", "https://shop.example/a%20b?q=%C3%BC&x=%25zz#t%20p"),
        ("http://shop.example:8080/a", "http://shop.example:8080/a"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://shop.example/?a=1&a=2&b=&c#/route?id=3", "https://shop.example/?a=1&a=2&b=&c#/route?id=3"),
        ('https://shop.example/"><script>', "https://shop.example/%22%3E%3Cscript%3E"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
    ],
)
def test_an_address_is_made_plain_ascii_and_means_the_same(given: str, clean: str) -> None:
    assert clean_url(given) == clean
    assert clean_url(clean) == clean


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "https://"),
        ("shop.example/x", "https://"),
        ("//shop.example/x", "https://"),
        ("javascript:alert(1)", "https://"),
        ("data:text/html,x", "https://"),
        ("ftp://shop.example/", "https://"),
        ("https:///x", "no host"),
        ("https://me:pw@shop.example/", "password"),
        ("https://good.example@evil.example/", "password"),
        ("https://shop.example/a\nb", "line end"),
        ("https://shop.example/a\x00b", "control"),
        ("https://shop.example\\@evil.example/", "backslash"),
        ("https://shop.example:99999/", "no address"),
        ("https://[::1/", "no address"),
        ("https://sh op.example/", "no name"),
        ("https://shop.example;x/", "no name"),
        ("https://-/", "no name"),
        ("https://x.example/" + "a" * 9000, "longer than"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(address: str, words: str) -> None:
    with pytest.raises(UrlError) as raised:
        clean_url(address)
    assert words in str(raised.value)


def test_utm_values_go_behind_the_query_and_before_the_fragment() -> None:
    url = with_utms("https://shop.example/p?variant=12&variant=13#reviews", UTMS)
    assert url == (
        "https://shop.example/p?variant=12&variant=13&utm_source=ada&utm_medium=instagram"
        "&utm_campaign=spring%20sale#reviews"
    )


def test_values_that_are_there_already_are_replaced_not_doubled() -> None:
    url = with_utms("https://shop.example/?UTM_Source=old&a=1&utm%5Fsource=older&utm_term=x", UTMS)
    assert utm_names(url) == ["utm_source", "utm_medium", "utm_campaign"]
    assert query_values(urlsplit(url).query, "utm_source") == ["ada"]
    assert dict(parse_qsl(urlsplit(url).query))["utm_term"] == "x"


def test_values_cannot_break_out_of_their_parameter() -> None:
    url = with_utms("https://shop.example/", {"utm_source": "a&utm_medium=evil#x?y=1/ü+"})
    assert parse_qsl(urlsplit(url).query) == [("utm_source", "a&utm_medium=evil#x?y=1/ü+")]


pieces = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@given(st.lists(st.tuples(pieces, pieces), max_size=4), pieces, pieces)
def test_adding_twice_changes_nothing_and_loses_nothing(
    pairs: list[tuple[str, str]], path: str, source: str
) -> None:
    from urllib.parse import quote

    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    address = f"https://shop.example/{quote(path, safe='')}?{query}"
    once = with_utms(address, {"utm_source": source})
    assert with_utms(once, {"utm_source": source}) == once
    after = parse_qsl(urlsplit(once).query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not (source and name.lower() == "utm_source")]
    assert after == kept + ([("utm_source", source)] if source else [])
    assert urlsplit(once).path == urlsplit(clean_url(address)).path
