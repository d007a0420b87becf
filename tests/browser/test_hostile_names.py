"""Names that are markup, code, formulas, endless or written from right to left stay text on every page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import HOSTILE, Dashboard

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PATHS = ("", "influencers", "models", "budget", "data", "journeys")


def assert_harmless(watched: Any) -> None:
    assert watched.page.evaluate("window.hacked") is None
    made = watched.page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] :is(script, img, a[href])')]"
        ".map(element => element.outerHTML)"
    )
    assert made == []
    assert watched.problems == []


def test_on_every_page(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    for path in PATHS:
        watched.open(f"{dashboard.address}/{path}")
        assert_harmless(watched)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_on_its_own_page(new_page: Any, dashboard: Dashboard, number: int) -> None:
    watched = new_page(width=390)
    watched.open(f"{dashboard.address}/influencer?influencer=inf_{number:05}")
    title = watched.page.locator("h1").inner_text()
    # Invisible marks isolate the name from the text around it.
    visible = "".join(char for char in title if char not in "\u2060\u2068\u2069")
    expected = " ".join(
        HOSTILE[number].replace("\x1b", " ").replace("\u202e", "").replace("\u202c", "").split()
    )
    assert visible == expected if len(expected) <= 60 else visible == expected[:59] + "…"
    assert watched.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert_harmless(watched)
