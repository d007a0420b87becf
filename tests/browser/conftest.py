"""One browser and one dashboard server for all tests; skipped with a reason where there is no Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.dashboard import chromium, follow, serve, settle
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run

HOSTILE = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "[click](javascript:alert(1)) ![i](http://127.0.0.1:1/i.png) **bold** :smile: $x^2$ :red[no] "
    "www.evil.example",
    "שרה \u202eevil\u202c כהן",
    '=HYPERLINK("http://127.0.0.1:1/","free")',
    "long " + "x" * 10_000,
    "two\nlines\tand\x1b[31mmore",
)
# What Streamlit itself asks below the path of a page before it finds its server one level up.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@dataclass
class Dashboard:
    """A running dashboard: its address, and the data folder that it reads."""

    address: str
    data: Path
    log: Path


@dataclass
class Watched:
    """A page of the browser, with everything that went wrong on it."""

    page: Any
    problems: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Opens an address and waits for the figures."""
        self.page.goto(address)
        self.settle()

    def follow(self, name: str) -> None:
        """Follows a link of the menu."""
        follow(self.page, name)

    def settle(self) -> None:
        """Waits until the server is done and nothing on the page is still loading."""
        settle(self.page)

    def text(self) -> str:
        """What the page says."""
        return str(self.page.inner_text("[data-testid=stMain]"))

    def caption(self) -> str:
        """The line below the title: model, window, currency, period."""
        return str(self.page.locator("[data-testid=stCaptionContainer]").first.inner_text())


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    pytest.importorskip("streamlit", reason="Streamlit is not installed: `make setup`")
    folder = tmp_path_factory.mktemp("dashboard")
    data = folder / "data"
    data.mkdir()
    write_marts(folder / "warehouse.duckdb", Size(names=HOSTILE))
    publish_run(folder / "warehouse.duckdb", data / "roi.duckdb", "run-1")
    log = folder / "server.log"
    with serve(data, log) as address:
        yield Dashboard(address, data, log)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: `make setup`")
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def contexts(browser: Any) -> dict[tuple[int, str], Any]:
    """A window of each size and colour scheme: reading its scripts is most of a page's time."""
    return {}


@pytest.fixture
def new_page(browser: Any, contexts: dict[tuple[int, str], Any], dashboard: Dashboard) -> Iterator[Any]:
    """Makes pages of a size and colour scheme; whatever they log, or ask elsewhere, is a problem."""
    pages = []

    def make(width: int = 1280, scheme: str = "light") -> Watched:
        kind = (width, scheme)
        if kind not in contexts:
            size = {"width": width, "height": 900}
            contexts[kind] = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        watched = Watched(contexts[kind].new_page())
        pages.append(watched.page)
        watched.page.set_default_timeout(30_000)
        watched.page.on("console", lambda message: _on_console(watched, message))
        watched.page.on("pageerror", lambda error: watched.problems.append(f"error: {error}"))
        watched.page.on("dialog", lambda dialog: watched.problems.append(f"dialog: {dialog.message}"))
        watched.page.on("request", lambda request: _on_request(watched, request, dashboard.address))
        return watched

    yield make
    for page in pages:
        page.close()


def _on_console(watched: Watched, message: Any) -> None:
    if message.type not in ("error", "warning"):
        return
    if message.location.get("url", "").endswith(PROBES):
        return
    watched.problems.append(f"{message.type}: {message.text}")


def _on_request(watched: Watched, request: Any, address: str) -> None:
    if not request.url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:")):
        watched.problems.append(f"asks elsewhere: {request.url}")
