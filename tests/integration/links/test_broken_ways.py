"""Every kind of broken way, on a site on the loopback address."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from tests.integration.links.conftest import QUERY, Follow
from tests.support.certificate import server_context, trusting, write_certificate
from tests.support.ways import codes, keeping, only
from tests.support.web import Site


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
