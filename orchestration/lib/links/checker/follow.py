"""Follows one address from page to page as a browser does: redirects, refreshes, cookies, fragments."""

from __future__ import annotations

import asyncio
import email.message
import http.cookiejar
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from orchestration.lib.links.checker.agents import Agent
from orchestration.lib.links.checker.errors import PASSING, FetchError
from orchestration.lib.links.checker.pages import meta_refresh, refresh_target, sends_on_by_script
from orchestration.lib.links.checker.politeness import HostGate
from orchestration.lib.links.checker.transport import REDIRECTS, Reply, Wire
from orchestration.lib.links.urls import UrlError, clean_url

By = Literal["redirect", "refresh", "meta"]
_BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Hop:
    """One page of the way.

    Attributes:
        url: what was asked for, with the fragment that a browser would show.
        status: None when there was no answer.
        by: how the page sends its visitor on; None for the last one.
        seconds: until the answer was there, without waiting for a turn or another try.
        by_script: the page seems to send its visitor on by a script, which is not followed.
    """

    url: str
    status: int | None
    by: By | None
    seconds: float
    by_script: bool = False


@dataclass(frozen=True)
class Chain:
    """The way of one address, and what kept it from ending in a page (None: it ended in one)."""

    hops: tuple[Hop, ...]
    error: FetchError | None

    @property
    def last(self) -> Hop:
        """Where the way ended."""
        return self.hops[-1]


@dataclass(frozen=True)
class Follower:
    """Follows addresses with the same means.

    Attributes:
        most_hops: pages after the first; browsers stop at 20.
        tries: of a page that did not answer or was busy.
        pause: seconds before the second try; twice as many before the third.
        longest_pause: a server may ask for more (`Retry-After`), but gets no more.
    """

    wire: Wire
    gate: HostGate
    most_hops: int = 20
    tries: int = 3
    pause: float = 1.0
    longest_pause: float = 10.0

    async def follow(self, url: str, agent: Agent) -> Chain:
        """The way from an address to its last page as this browser.

        Whatever goes wrong is in the chain; nothing is raised.
        """
        jar = http.cookiejar.CookieJar()
        headers = agent.headers()
        hops: list[Hop] = []
        seen: set[tuple[str, str]] = set()
        try:
            url = clean_url(url)
        except UrlError as error:
            return Chain((Hop(url, None, None, 0.0),), FetchError("bad_address", f"the address {error}"))
        while True:
            cookies = _cookies(jar, url)
            # The same page with other cookies may go on (a cookie wall); with the same ones it never will.
            visit = (urldefrag(url).url, cookies)
            stopped = self._stopped(len(hops), visit in seen)
            if stopped:
                return Chain((*hops, Hop(url, None, None, 0.0)), stopped)
            seen.add(visit)
            try:
                reply = await self._get(url, {**headers, "Cookie": cookies} if cookies else headers)
            except FetchError as problem:
                return Chain((*hops, Hop(url, None, None, 0.0)), problem)
            _keep_cookies(jar, url, reply)
            by, location = _onward(reply)
            by_script = by is None and sends_on_by_script(reply.body)
            hops.append(Hop(url, reply.status, by, reply.seconds, by_script))
            if by is None or location is None:
                return Chain(tuple(hops), None)
            try:
                following = next_address(url, location)
            except FetchError as problem:
                return Chain(tuple(hops), problem)
            headers = _following_headers(headers, url, following)
            url = following

    def _stopped(self, hops: int, was_here: bool) -> FetchError | None:
        if was_here:
            return FetchError("loop", "it leads in a circle")
        if hops > self.most_hops:
            return FetchError("too_many_hops", f"browsers give up after {self.most_hops} redirects")
        return None

    async def _get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A page, tried again while it is busy or does not answer.

        Raises:
            FetchError: it cannot be reached, or not after all tries.
        """
        for number in range(self.tries):
            is_last = number + 1 == self.tries
            wait = min(self.pause * 2**number, self.longest_pause)
            async with self.gate.turn(urlsplit(url).hostname or ""):
                try:
                    reply = await self.wire.get(url, headers)
                except FetchError as problem:
                    if is_last or problem.kind not in PASSING:
                        raise
                    reply = None
            if reply is not None:
                if is_last or reply.status not in _BUSY:
                    return reply
                wait = _asked_pause(reply, wait, self.longest_pause)
            await asyncio.sleep(wait)
        raise FetchError("connection", "it was not tried")


def next_address(url: str, location: str) -> str:
    """The address that a `Location` means: relative ones resolved, the fragment kept (RFC 9110, 10.2.2).

    Raises:
        FetchError: it leads out of the web (`app_link`) or is no address (`bad_address`).
    """
    # Browsers read a backslash as a slash and ignore line ends and tabs (WHATWG URL).
    cleaned = location.strip().translate({9: None, 10: None, 13: None})
    path, mark, fragment = cleaned.partition("#")
    try:
        joined = urljoin(url, path.replace("\\", "/") + mark + fragment)
        scheme = urlsplit(joined).scheme.lower()
    except ValueError as error:
        raise FetchError(
            "bad_address", f"it leads to {location[:200]!r}, which is no address ({error})"
        ) from None
    if scheme not in ("http", "https"):
        raise FetchError("app_link", f"it leads out of the browser, to {scheme or 'no'}: ({joined[:200]})")
    try:
        following = clean_url(joined)
    except UrlError as error:
        raise FetchError("bad_address", f"it leads to {joined[:200]!r}, which {error}") from None
    parts = urlsplit(following)
    return urlunsplit(parts._replace(fragment=parts.fragment or urlsplit(url).fragment))


def _onward(reply: Reply) -> tuple[By | None, str | None]:
    """How and where a reply sends its visitor on."""
    location = reply.header("location")
    if reply.status in REDIRECTS and location:
        return "redirect", location
    target = refresh_target(reply.header("refresh") or "")
    if target:
        return "refresh", target
    target = meta_refresh(reply.body) if reply.body else None
    return ("meta", target) if target else (None, None)


def _following_headers(headers: Mapping[str, str], url: str, following: str) -> dict[str, str]:
    """The headers of the next request: as browsers do, a secure page is never named to an insecure one."""
    kept = dict(headers)
    if "Referer" in kept and url.startswith("https:") and following.startswith("http:"):
        del kept["Referer"]
    return kept


def _asked_pause(reply: Reply, wait: float, longest: float) -> float:
    asked = (reply.header("retry-after") or "").strip()
    return min(float(asked), longest) if asked.isdigit() and len(asked) < 6 else wait


def _cookies(jar: http.cookiejar.CookieJar, url: str) -> str:
    request = urllib.request.Request(url)
    jar.add_cookie_header(request)
    return str(request.get_header("Cookie", ""))


class _CookieReply:
    """A reply in the form that the standard library's cookie jar reads."""

    def __init__(self, reply: Reply) -> None:
        self._message = email.message.Message()
        for name, value in reply.headers:
            if name == "set-cookie":
                self._message["Set-Cookie"] = value

    def info(self) -> email.message.Message:
        return self._message


def _keep_cookies(jar: http.cookiejar.CookieJar, url: str, reply: Reply) -> None:
    if reply.header("set-cookie"):
        jar.extract_cookies(_CookieReply(reply), urllib.request.Request(url))  # type: ignore[arg-type]
