"""Ways that are as they should be, and what becomes of UTM values hop by hop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestration.lib.links.checker.check import Check
from orchestration.lib.registry.model import Severity
from tests.integration.links.conftest import QUERY, Follow
from tests.support.ways import codes, keeping, only
from tests.support.web import Site, Visit


class TestGoodWays:
    def test_a_page_that_is_there(self, shop: Site, follow: Follow) -> None:
        check = follow(shop.url(f"/p?{QUERY}"))
        assert (check.outcome, check.problems, check.chain.last.status) == ("ok", (), 200)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_that_keep_the_query(self, shop: Site, follow: Follow, status: int) -> None:
        shop.page("/a", lambda visit: visit.redirect(f"/b?{visit.query}", status))
        shop.page("/b", keeping("p"))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert (check.outcome, len(check.chain.hops)) == ("ok", 3)
        assert check.chain.last.url == shop.url(f"/p?{QUERY}")

    def test_a_short_link_that_adds_its_values(self, shop: Site, follow: Follow) -> None:
        shop.page("/ada-spring", lambda visit: visit.redirect(f"/p?x=1&{QUERY}"))
        check = follow(shop.url("/ada-spring"), leads_to=shop.url(f"/p?x=1&{QUERY}"))
        assert (check.outcome, check.start) == ("ok", shop.url("/ada-spring"))

    def test_the_fragment_stays_on_the_way(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", keeping("/p"))
        assert follow(shop.url(f"/a?{QUERY}#reviews")).chain.last.url.endswith("#reviews")

    def test_a_cookie_wall_is_passed_as_a_browser_passes_it(self, shop: Site, follow: Follow) -> None:
        def wall(visit: Visit) -> None:
            if "seen=yes" in visit.headers.get("Cookie", ""):
                visit.answer(200, "in")
            else:
                visit.redirect(visit.path, 302, Set_Cookie="seen=yes; Path=/")

        shop.page("/wall", wall)
        assert follow(shop.url(f"/wall?{QUERY}")).outcome == "ok"

    @pytest.mark.parametrize("encoded", ["spring+sale", "spring%20sale", "%73pring%20sale"])
    def test_a_blank_may_be_encoded_either_way(self, shop: Site, follow: Follow, encoded: str) -> None:
        shop.page("/a", lambda visit: visit.redirect(f"/p?{visit.query.replace('spring%20sale', encoded)}"))
        assert follow(shop.url(f"/a?{QUERY}")).outcome == "ok"


class TestLostValues:
    """Which value, what became of it, and at which hop."""

    def changed(self, shop: Site, follow: Follow, change: Callable[[str], str]) -> Check:
        """The second of three redirects changes the query."""
        shop.page("/a", keeping("/b"))
        shop.page("/b", lambda visit: visit.redirect(f"/c?{change(visit.query)}"))
        shop.page("/c", keeping("/p"))
        return follow(shop.url(f"/a?{QUERY}"))

    def test_lost(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: query.replace("utm_medium=instagram&", ""))
        text = only(check, "utm_lost")
        assert "utm_medium is lost at hop 2" in text and "/b?" in text and "/c?" in text
        assert (check.outcome, check.problems[0].hop, check.problems[0].parameter) == (
            "error",
            2,
            "utm_medium",
        )

    def test_emptied_is_lost(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: query.replace("=instagram", "="))
        assert "utm_medium is lost at hop 2" in only(check, "utm_lost")

    def test_the_whole_query_lost(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: "")
        assert codes(check) == ["utm_lost"] * 3
        assert {problem.parameter for problem in check.problems} == {
            "utm_source",
            "utm_medium",
            "utm_campaign",
        }

    def test_rewritten(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: query.replace("=instagram", "=social"))
        assert "utm_medium is rewritten to 'social' at hop 2" in only(check, "utm_rewritten")
        assert check.outcome == "error"

    def test_duplicated(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: f"utm_source=shop&{query}")
        assert "utm_source is there more than once (shop, ada) at hop 2" in only(check, "utm_duplicated")
        assert check.outcome == "error"

    def test_duplicated_with_the_same_value_is_only_untidy(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: f"{query}&utm_source=ada")
        assert only(check, "utm_duplicated") and check.outcome == "warning"

    def test_double_encoded(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: query.replace("%20", "%2520"))
        assert "utm_campaign is encoded twice (spring%2520sale) at hop 2" in only(check, "utm_double_encoded")

    def test_written_in_another_case(self, shop: Site, follow: Follow) -> None:
        check = self.changed(shop, follow, lambda query: query.replace("=ada", "=ADA"))
        assert "utm_source is written 'ADA' at hop 2" in only(check, "utm_case")

    def test_moved_behind_the_hash(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.redirect(f"/p#/route?{visit.query}"))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert codes(check) == ["utm_in_fragment"] * 3 and check.outcome == "warning"

    def test_lost_and_given_back_is_no_loss(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.redirect("/b"))
        shop.page("/b", lambda visit: visit.redirect(f"/p?{QUERY}"))
        assert follow(shop.url(f"/a?{QUERY}")).outcome == "ok"

    def test_never_added_by_a_short_link(self, shop: Site, follow: Follow) -> None:
        shop.page("/ada-spring", lambda visit: visit.redirect("/p?utm_source=ada&utm_medium=instagram"))
        check = follow(shop.url("/ada-spring"), leads_to=shop.url(f"/p?{QUERY}"))
        text = only(check, "utm_lost")
        assert "utm_campaign is never added" in text and "utm_campaign=spring sale" in text


def test_problems_are_graver_when_a_visit_or_its_source_is_lost(shop: Site, follow: Follow) -> None:
    shop.page("/a", lambda visit: visit.redirect("/p"))
    check = follow(shop.url(f"/a?{QUERY}"))
    assert {problem.severity for problem in check.problems} == {Severity.ERROR}


def test_where_an_event_loop_runs_already_as_in_a_notebook(shop: Site, follow: Follow) -> None:
    async def cell() -> str:
        return follow(shop.url(f"/p?{QUERY}")).outcome

    with ThreadPoolExecutor(max_workers=1) as notebook:
        assert notebook.submit(lambda: asyncio.run(cell())).result() == "ok"
