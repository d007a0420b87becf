"""Servers and redirects that mean harm."""

from __future__ import annotations

import gzip
import ssl
import tracemalloc

import pytest

from orchestration.lib.links.checker.agents import choose_agents
from orchestration.lib.links.checker.check import Manners, check_links
from tests.integration.links.conftest import QUERY, QUICK, Follow, make_link
from tests.support.ways import codes, only
from tests.support.web import Site, Visit


class TestHostileServers:
    """Nothing that a server does takes more time or memory than it is given."""

    def test_one_that_never_answers(self, shop: Site, follow: Follow) -> None:
        shop.page("/slow", lambda visit: shop.closing.wait() and None)
        # That it ends is the proof: the server waits until the test is over.
        check = follow(shop.url(f"/slow?{QUERY}"), manners=Manners(timeout=0.3, tries=1, allow_private=True))
        assert "no complete answer within 0.3 seconds" in only(check, "timeout")

    def test_one_that_trickles_its_answer(self, shop: Site, follow: Follow) -> None:
        def trickle(visit: Visit) -> None:
            visit.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not shop.closing.wait(0.02):
                visit.wfile.write(b"X-Header: 1\r\n")

        shop.page("/trickle", trickle)
        check = follow(
            shop.url(f"/trickle?{QUERY}"), manners=Manners(timeout=0.4, tries=1, allow_private=True)
        )
        assert codes(check) == ["timeout"]

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
