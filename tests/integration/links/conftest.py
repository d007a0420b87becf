"""Sites on the loopback address, and the means to follow links there."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.lib.links.checker.agents import choose_agents
from orchestration.lib.links.checker.check import Check, Manners, check_links
from orchestration.lib.links.model import Link
from orchestration.lib.registry.ownership import BEGINNING, END
from tests.support.certificate import server_context, trusting, write_certificate
from tests.support.web import Site

UTMS = {"utm_source": "ada", "utm_medium": "instagram", "utm_campaign": "spring sale"}
QUERY = "utm_source=ada&utm_medium=instagram&utm_campaign=spring%20sale"
QUICK = Manners(interval=0.0, timeout=5.0, tries=1, pause=0.0, allow_private=True)


def make_link(url: str, slug: str | None = None) -> Link:
    """A link with the UTM values that are expected everywhere here."""
    return Link("lnk_1", "inf_1", "cmp_1", None, slug, url, UTMS, BEGINNING, END, 2)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trust(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return trusting(certificate[0])


@pytest.fixture
def shop(certificate: tuple[Path, Path]) -> Iterator[Site]:
    """A shop with https; `/p` is its product page and `/` its front page."""
    with Site(server_context(*certificate)) as site:
        site.page("/", lambda visit: visit.answer(200, "<h1>front</h1>"))
        site.page("/p", lambda visit: visit.answer(200, "<h1>product</h1>"))
        yield site


@pytest.fixture
def plain() -> Iterator[Site]:
    """A site without https."""
    with Site() as site:
        site.page("/p", lambda visit: visit.answer(200, "<h1>product</h1>"))
        yield site


Follow = Callable[..., Check]


@pytest.fixture
def follow(trust: ssl.SSLContext) -> Follow:
    """Follows one address as a desktop browser; `leads_to` is the link's destination if it is another one."""

    def run(
        start: str,
        leads_to: str | None = None,
        manners: Manners = QUICK,
        agent: str = "desktop",
        **more: object,
    ) -> Check:
        base, _, slug = start.rpartition("/")
        link = make_link(leads_to or start, slug if leads_to else None)
        options = {"tls": trust, **more}
        (check,) = check_links([link], choose_agents([agent]), base if leads_to else "", manners, **options)  # type: ignore[arg-type]
        return check

    return run
