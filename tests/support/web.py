"""A web site on the loopback address whose pages are functions, and which remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

Page = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One request, and ways to answer it."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """Hands the request to its page; the path without its query names it."""
        self.close_connection = True
        self.site.visits.append((self.path, dict(self.headers)))
        page = self.site.pages.get(self.path.partition("?")[0])
        if page is None:
            self.answer(404, "<h1>nothing here</h1>")
        else:
            page(self)

    @property
    def query(self) -> str:
        """The query as it came, without the question mark."""
        return self.path.partition("?")[2]

    def answer(self, status: int, text: str = "", **headers: str) -> None:
        """A page of HTML."""
        data = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def redirect(self, location: str, status: int = 302, **headers: str) -> None:
        """On to another address."""
        self.answer(status, "", Location=location, **headers)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


class Site:
    """The site; pages may be added while it runs. Use as a context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.visits: list[tuple[str, dict[str, str]]] = []
        # Pages that never answer wait for this, so that nothing outlives the test.
        self.closing = threading.Event()
        handler = type("SiteVisit", (Visit,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._scheme = "http"
        if tls:
            # The handshake belongs to the visit's thread: a client that breaks off must not stop the server.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    def url(self, path: str, host: str = "localhost") -> str:
        """The address of a page."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    def page(self, path: str, page: Page) -> str:
        """Adds a page and returns its address."""
        self.pages[path] = page
        return self.url(path)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
