"""The link checker against every kind of broken way, on a site on the loopback address."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.lib.links.checker.agents import all_agents, choose_agents
from orchestration.lib.links.checker.check import Check, Manners, check_links
from orchestration.lib.registry.model import Severity
from tests.integration.links.conftest import QUERY, QUICK, Follow, make_link
from tests.support.certificate import server_context, trusting, write_certificate
from tests.support.web import Site, Visit


def codes(check: Check) -> list[str]:
    return [problem.code for problem in check.problems]


def only(check: Check, code: str) -> str:
    """The message and mend of the only problem, which is of this kind."""
    assert codes(check) == [code], [str(problem) for problem in check.problems]
    return str(check.problems[0])


def keeping(target: str) -> Callable[[Visit], None]:
    """A redirect that keeps the query, as it should be."""
    return lambda visit: visit.redirect(f"{target}?{visit.query}")


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


class TestBrokenWays:
    def test_a_loop(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", keeping("/b"))
        shop.page("/b", keeping("/a"))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert "leads in a circle" in only(check, "loop")
        assert len(shop.visits) == 2

    def test_a_page_that_sends_to_itself(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", keeping("/a"))
        assert "leads in a circle" in only(follow(shop.url(f"/a?{QUERY}")), "loop")

    def test_thirty_hops(self, shop: Site, follow: Follow) -> None:
        for number in range(30):
            shop.page(f"/{number}", keeping(f"/{number + 1}"))
        shop.page("/30", lambda visit: visit.answer(200, "at last"))
        check = follow(shop.url(f"/0?{QUERY}"))
        assert "give up after 20 redirects" in only(check, "too_many_hops")
        assert len(shop.visits) == 21

    def test_many_redirects_are_a_warning(self, shop: Site, follow: Follow) -> None:
        for number in range(4):
            shop.page(f"/{number}", keeping(f"/{number + 1}" if number < 3 else "/p"))
        check = follow(shop.url(f"/0?{QUERY}"))
        assert "4 redirects" in only(check, "many_redirects") and check.outcome == "warning"

    def test_https_to_http(self, shop: Site, plain: Site, follow: Follow) -> None:
        shop.page("/a", keeping(plain.url("/p")))
        check = follow(shop.url(f"/a?{QUERY}"))
        text = only(check, "downgrade")
        assert "Hop 1" in text and "leads from https" in text and check.outcome == "error"
        # What a browser does not tell an insecure page.
        assert "Referer" not in plain.visits[0][1]

    def test_http_all_the_way(self, plain: Site, follow: Follow) -> None:
        check = follow(plain.url(f"/p?{QUERY}"))
        assert "is not https" in only(check, "insecure") and check.outcome == "error"

    def test_http_that_redirects_to_https(self, shop: Site, plain: Site, follow: Follow) -> None:
        plain.page("/a", keeping(shop.url("/p")))
        check = follow(plain.url(f"/a?{QUERY}"))
        assert only(check, "insecure_link") and check.outcome == "warning"

    @pytest.mark.parametrize(
        "page",
        [
            '<meta http-equiv="refresh" content="0; url=/p">',
            "<html><head><META HTTP-EQUIV=Refresh CONTENT=\"1;URL='/p'\"></head>",
            '<!-- <meta http-equiv="refresh" content="0;url=/no"> --><noscript><meta http-equiv="refresh" '
            'content="0;url=/no"></noscript><meta content="0, /p" http-equiv="REFRESH"/>',
        ],
    )
    def test_a_meta_refresh_is_followed_and_its_loss_told(
        self, shop: Site, follow: Follow, page: str
    ) -> None:
        shop.page("/a", lambda visit: visit.answer(200, page))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert check.chain.hops[0].by == "meta"
        assert codes(check) == ["utm_lost"] * 3
        assert all(problem.hop == 1 for problem in check.problems)

    def test_a_refresh_header_is_followed(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.answer(200, "wait", Refresh=f"0; url=/p?{visit.query}"))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert (check.chain.hops[0].by, check.outcome) == ("refresh", "ok")

    def test_a_page_that_reloads_itself_later_is_a_page(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.answer(200, '<meta http-equiv="refresh" content="300">news'))
        assert follow(shop.url(f"/a?{QUERY}")).outcome == "ok"

    def test_a_script_that_sends_on_is_told(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.answer(200, '<script>window.location.replace("/p")</script>'))
        check = follow(shop.url(f"/a?{QUERY}"))
        assert "script" in only(check, "script_redirect") and check.outcome == "warning"

    def test_a_page_that_is_gone(self, shop: Site, follow: Follow) -> None:
        check = follow(shop.url(f"/gone?{QUERY}"))
        assert "answers 404 instead of 200" in only(check, "status") and check.outcome == "error"

    def test_a_product_that_is_gone_and_leads_to_the_front_page(self, shop: Site, follow: Follow) -> None:
        shop.page("/products/serum", keeping("/"))
        check = follow(shop.url(f"/products/serum?{QUERY}"))
        assert "front page instead of /products/serum" in only(check, "front_page")

    def test_another_site(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", keeping(shop.url("/p", host="127.0.0.1")))
        assert "ends at 127.0.0.1, not at localhost" in only(follow(shop.url(f"/a?{QUERY}")), "other_site")

    @pytest.mark.parametrize(
        "location", ["intent://x#Intent;scheme=app;end", "javascript:alert(1)", "file:///etc/passwd"]
    )
    def test_a_way_out_of_the_web(self, shop: Site, follow: Follow, location: str) -> None:
        shop.page("/a", lambda visit: visit.redirect(location))
        assert "out of the browser" in only(follow(shop.url(f"/a?{QUERY}")), "app_link")

    @pytest.mark.parametrize("location", ["https://user:pw@localhost/", "//[", "http://", "https://a b/"])
    def test_a_redirect_to_no_address(self, shop: Site, follow: Follow, location: str) -> None:
        shop.page("/a", lambda visit: visit.redirect(location))
        assert codes(follow(shop.url(f"/a?{QUERY}"))) == ["bad_address"]

    def test_an_untrusted_certificate(self, shop: Site, follow: Follow) -> None:
        check = follow(shop.url(f"/p?{QUERY}"), tls=ssl.create_default_context())
        assert "certificate is not to be trusted: self-signed" in only(check, "tls").replace(
            "self signed", "self-signed"
        )
        assert shop.visits == []

    def test_an_expired_certificate(self, tmp_path: Path, follow: Follow) -> None:
        files = write_certificate(tmp_path, days=-1)
        with Site(server_context(*files)) as site:
            check = follow(site.url(f"/p?{QUERY}"), tls=trusting(files[0]))
        assert "certificate has expired" in only(check, "tls")

    def test_a_certificate_of_another_host(self, tmp_path: Path, follow: Follow) -> None:
        files = write_certificate(tmp_path, host="other.example")
        with Site(server_context(*files)) as site:
            check = follow(site.url(f"/p?{QUERY}"), tls=trusting(files[0]))
        assert "localhost" in only(check, "tls")

    def test_https_where_only_http_is(self, plain: Site, follow: Follow) -> None:
        address = plain.url(f"/p?{QUERY}").replace("http:", "https:")
        assert "no secure connection" in only(follow(address), "tls")

    def test_nobody_listens(self, follow: Follow) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        assert "does not answer" in only(follow(f"https://localhost:{port}/?{QUERY}"), "connection")

    def test_a_name_that_is_nobodys(self, follow: Follow) -> None:
        async def nobody(host: str, port: int) -> list[str]:
            return []

        check = follow(f"https://nobody.example/?{QUERY}", resolver=nobody)
        assert "nobody.example has no address" in only(check, "dns")


class TestHostileServers:
    """Nothing that a server does takes more time or memory than it is given."""

    def test_one_that_never_answers(self, shop: Site, follow: Follow) -> None:
        shop.page("/slow", lambda visit: shop.closing.wait() and None)
        began = time.monotonic()
        check = follow(shop.url(f"/slow?{QUERY}"), manners=Manners(timeout=0.3, tries=1, allow_private=True))
        assert "no complete answer within 0.3 seconds" in only(check, "timeout")
        assert time.monotonic() - began < 5

    def test_one_that_trickles_its_answer(self, shop: Site, follow: Follow) -> None:
        def trickle(visit: Visit) -> None:
            visit.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not shop.closing.wait(0.02):
                visit.wfile.write(b"X-Header: 1\r\n")

        shop.page("/trickle", trickle)
        began = time.monotonic()
        check = follow(
            shop.url(f"/trickle?{QUERY}"), manners=Manners(timeout=0.4, tries=1, allow_private=True)
        )
        assert codes(check) == ["timeout"]
        assert time.monotonic() - began < 5

    def test_a_body_without_end_is_read_up_to_the_cap(self, shop: Site, follow: Follow) -> None:
        def endless(visit: Visit) -> None:
            visit.send_response(200)
            visit.send_header("Content-Type", "text/html")
            visit.end_headers()
            while not shop.closing.is_set():
                visit.wfile.write(b"x" * 65_536)

        shop.page("/endless", endless)
        manners = Manners(timeout=5, tries=1, allow_private=True, body_bytes=100_000)
        check = follow(shop.url(f"/endless?{QUERY}"), manners=manners)
        assert check.outcome == "ok"

    def test_a_page_that_swells_when_unpacked(self, shop: Site, follow: Follow) -> None:
        bomb = gzip.compress(b"\0" * 50_000_000, compresslevel=9)

        def send(visit: Visit) -> None:
            visit.send_response(200)
            visit.send_header("Content-Type", "text/html")
            visit.send_header("Content-Encoding", "gzip")
            visit.send_header("Content-Length", str(len(bomb)))
            visit.end_headers()
            visit.wfile.write(bomb)

        shop.page("/bomb", send)
        tracemalloc.start()
        check = follow(shop.url(f"/bomb?{QUERY}"), manners=QUICK)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert check.outcome == "ok"
        assert peak < 10_000_000

    def test_a_compressed_page_is_understood(self, shop: Site, follow: Follow) -> None:
        page = gzip.compress(b'<meta http-equiv="refresh" content="0; url=/p">')

        def send(visit: Visit) -> None:
            visit.send_response(200)
            visit.send_header("Content-Type", "text/html")
            visit.send_header("Content-Encoding", "gzip")
            visit.send_header("Content-Length", str(len(page)))
            visit.end_headers()
            visit.wfile.write(page)

        shop.page("/packed", send)
        assert follow(shop.url(f"/packed?{QUERY}")).chain.hops[0].by == "meta"

    @pytest.mark.parametrize(
        "answer",
        [
            b"SSH-2.0-OpenSSH_9\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: text/html\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        ],
    )
    def test_what_is_not_http(self, shop: Site, follow: Follow, answer: bytes) -> None:
        shop.page("/odd", lambda visit: visit.wfile.write(answer) and None)
        assert codes(follow(shop.url(f"/odd?{QUERY}"))) == ["protocol"]

    def test_an_answer_that_breaks_off(self, shop: Site, follow: Follow) -> None:
        shop.page("/dead", lambda visit: None)
        assert codes(follow(shop.url(f"/dead?{QUERY}")))[0] in ("connection", "protocol")

    def test_cookies_beyond_ascii_do_not_stop_the_way(self, shop: Site, follow: Follow) -> None:
        shop.page("/a", lambda visit: visit.redirect(f"/p?{visit.query}", Set_Cookie="x=\u00e9; Path=/"))
        assert follow(shop.url(f"/a?{QUERY}")).outcome == "ok"


class TestInside:
    """Redirects of others' sites must not reach addresses inside."""

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001"])
    def test_the_loopback_address_is_refused(self, shop: Site, follow: Follow, host: str) -> None:
        check = follow(shop.url(f"/p?{QUERY}", host=host), manners=Manners(tries=1))
        assert codes(check) == ["refused"]
        assert "not on the open internet" in str(check.problems[0])
        assert shop.visits == []

    def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
        self, plain: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        connected: list[str] = []

        async def rebinding(host: str, port: int) -> list[str]:
            asked.append(host)
            # Public when it is checked; whoever looked it up again would come to the loopback address.
            return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

        async def connect(host: str, port: int, **options: object) -> None:
            connected.append(host)
            raise ConnectionRefusedError(111, "refused by the test")

        monkeypatch.setattr("asyncio.open_connection", connect)
        link = make_link(f"http://rebind.example:{plain.port}/p?{QUERY}")
        (check,) = check_links([link], choose_agents(["desktop"]), "", Manners(tries=1), resolver=rebinding)
        assert asked == ["rebind.example"]
        assert connected == ["93.184.215.14"]
        assert check.outcome == "error" and plain.visits == []

    def test_one_inside_address_among_public_ones_is_enough(self, plain: Site) -> None:
        async def mixed(host: str, port: int) -> list[str]:
            return ["93.184.215.14", "127.0.0.1"]

        link = make_link(f"http://mixed.example:{plain.port}/p?{QUERY}")
        (check,) = check_links([link], choose_agents(["desktop"]), "", Manners(tries=1), resolver=mixed)
        assert "refused" in codes(check)
        assert plain.visits == []

    def test_ports_of_other_services_are_refused(self) -> None:
        async def public(host: str, port: int) -> list[str]:
            return ["93.184.215.14"]

        link = make_link(f"http://shop.example:25/?{QUERY}")
        (check,) = check_links([link], choose_agents(["desktop"]), "", Manners(tries=1), resolver=public)
        assert "port 25 of shop.example" in str(check.problems[0])

    def test_the_certificate_is_checked_against_the_name_and_the_address_is_the_checked_one(
        self, shop: Site, trust: ssl.SSLContext
    ) -> None:
        async def elsewhere(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        link = make_link(f"https://not-in-the-certificate.example:{shop.port}/p?{QUERY}")
        (check,) = check_links([link], choose_agents(["desktop"]), "", QUICK, resolver=elsewhere, tls=trust)
        assert codes(check) == ["tls"]


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


def test_problems_are_graver_when_a_visit_or_its_source_is_lost(shop: Site, follow: Follow) -> None:
    shop.page("/a", lambda visit: visit.redirect("/p"))
    check = follow(shop.url(f"/a?{QUERY}"))
    assert {problem.severity for problem in check.problems} == {Severity.ERROR}
