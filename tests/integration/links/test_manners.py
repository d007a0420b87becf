"""How the checker behaves towards servers, and as which browsers."""

from __future__ import annotations

import ssl
import threading
import time

import pytest

from orchestration.lib.links.checker.agents import all_agents, choose_agents
from orchestration.lib.links.checker.check import Manners, check_links
from tests.integration.links.conftest import QUERY, QUICK, Follow, make_link
from tests.support.ways import codes, only
from tests.support.web import Site, Visit


class TestManners:
    def test_a_busy_page_is_tried_again(self, shop: Site, follow: Follow) -> None:
        answers = iter([503, 429, 200])
        shop.page("/busy", lambda visit: visit.answer(next(answers), "x", Retry_After="0"))
        manners = Manners(interval=0, tries=3, pause=0, allow_private=True)
        assert follow(shop.url(f"/busy?{QUERY}"), manners=manners).outcome == "ok"
        assert len(shop.visits) == 3

    def test_one_that_stays_busy_is_told(self, shop: Site, follow: Follow) -> None:
        shop.page("/busy", lambda visit: visit.answer(503, "x"))
        manners = Manners(interval=0, tries=2, pause=0, allow_private=True)
        check = follow(shop.url(f"/busy?{QUERY}"), manners=manners)
        assert "answers 503" in only(check, "status")
        assert len(shop.visits) == 2

    def test_a_broken_connection_is_tried_again_but_a_bad_certificate_is_not(
        self, shop: Site, follow: Follow
    ) -> None:
        answers = iter([lambda visit: None, lambda visit: visit.answer(200, "x")])
        shop.page("/flaky", lambda visit: next(answers)(visit))
        manners = Manners(interval=0, tries=2, pause=0, allow_private=True)
        assert follow(shop.url(f"/flaky?{QUERY}"), manners=manners).outcome == "ok"

    def test_one_host_gets_no_more_than_its_share_at_once(self, shop: Site, trust: ssl.SSLContext) -> None:
        lock = threading.Lock()
        counts = {"now": 0, "most": 0}
        gate = threading.Barrier(3, timeout=5)

        def count(visit: Visit) -> None:
            with lock:
                counts["now"] += 1
                counts["most"] = max(counts["most"], counts["now"])
            # Three at once must come together here, and a fourth must not be able to join them.
            gate.wait()
            with lock:
                counts["now"] -= 1
            visit.answer(200, "x")

        shop.page("/count", count)
        links = [make_link(shop.url(f"/count?{QUERY}&n={number}")) for number in range(12)]
        manners = Manners(interval=0, per_host=3, tries=1, allow_private=True)
        checks = check_links(links, choose_agents(["desktop"]), "", manners, tls=trust)
        assert {check.outcome for check in checks} == {"ok"}
        assert counts["most"] == 3

    def test_requests_to_one_host_keep_their_distance(self, shop: Site, trust: ssl.SSLContext) -> None:
        times: list[float] = []
        shop.page("/t", lambda visit: (times.append(time.monotonic()), visit.answer(200, "x"))[1])
        links = [make_link(shop.url(f"/t?{QUERY}&n={number}")) for number in range(4)]
        manners = Manners(interval=0.1, per_host=4, tries=1, allow_private=True)
        check_links(links, choose_agents(["desktop"]), "", manners, tls=trust)
        assert max(times) - min(times) >= 0.25


class TestAgents:
    def test_each_link_is_followed_as_each_browser(self, shop: Site, trust: ssl.SSLContext) -> None:
        agents = choose_agents()
        done: list[str] = []
        links = [make_link(shop.url(f"/p?{QUERY}")), make_link(shop.url(f"/?{QUERY}"))]
        checks = check_links(
            links, agents, "", QUICK, tls=trust, on_done=lambda check: done.append(check.agent)
        )
        assert [check.agent for check in checks] == [agent.name for agent in agents] * 2
        assert sorted(done) == sorted([agent.name for agent in agents] * 2)
        seen = {headers["User-Agent"] for _, headers in shop.visits}
        assert seen == {agent.user_agent for agent in agents}

    def test_desktop_mobile_and_in_app_browsers_are_there_by_default(self) -> None:
        texts = " ".join(agent.user_agent for agent in choose_agents())
        for word in ("Windows", "iPhone", "Instagram", "BytedanceWebview"):
            assert word in texts

    def test_what_only_one_browser_sees_is_told_for_it(self, shop: Site, follow: Follow) -> None:
        def picky(visit: Visit) -> None:
            if "Instagram" in visit.headers["User-Agent"]:
                visit.redirect("/p")
            else:
                visit.redirect(f"/p?{visit.query}")

        shop.page("/picky", picky)
        assert follow(shop.url(f"/picky?{QUERY}"), agent="desktop").outcome == "ok"
        assert codes(follow(shop.url(f"/picky?{QUERY}"), agent="instagram")) == ["utm_lost"] * 3
        assert shop.visits[-1][1]["Referer"] == "https://l.instagram.com/"

    def test_an_unknown_browser_is_named_with_the_known_ones(self) -> None:
        with pytest.raises(ValueError, match="'netscape'") as raised:
            choose_agents(["netscape"])
        assert all(name in str(raised.value) for name in all_agents())
