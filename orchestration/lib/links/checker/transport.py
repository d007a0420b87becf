"""One HTTP/1.1 request to a checked address, with a deadline for all of it and a cap on what is read."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from orchestration.lib.links.checker.addresses import Resolver, checked_addresses
from orchestration.lib.links.checker.errors import FetchError

_CHUNK = 64 * 1024
_HEADER_BYTES = 64 * 1024
# Of a name's addresses that many are tried; a page behind more dead ones is down for visitors too.
_ADDRESSES = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Reply:
    """What a server said.

    Attributes:
        headers: names in lower case, in order; a name may be there several times.
        body: the text of an HTML page that is no redirect, decompressed and cut at the cap; else empty.
        is_cut: there was more than the cap.
        seconds: from looking up the name to the last byte that was read.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    is_cut: bool
    seconds: float

    def header(self, name: str) -> str | None:
        """The first value of a header, None without it."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class Wire:
    """How requests are made: one for all of a check.

    Attributes:
        resolver: names to addresses.
        tls: certificates to trust.
        allow_private: addresses inside may be asked.
        seconds: for one request, all of it.
        body_bytes: of a page, compressed and decompressed, at most.
    """

    resolver: Resolver
    tls: ssl.SSLContext
    allow_private: bool = False
    seconds: float = 15.0
    body_bytes: int = 512 * 1024

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Asks for a page.

        Args:
            url: a clean address (`clean_url`); the fragment is not sent.
            headers: all but `Host` and `Connection`.

        Raises:
            FetchError: it could not be reached in time, safely and in HTTP.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.seconds), self._connected(url) as (reader, writer):
                status, found, data, is_cut = await self._talk(url, headers, reader, writer)
        except TimeoutError:
            raise FetchError("timeout", f"no complete answer within {self.seconds:g} seconds") from None
        except h11.ProtocolError as error:
            raise FetchError("protocol", f"what is spoken is not HTTP ({error})") from error
        except ssl.SSLError as error:
            raise FetchError("tls", _tls_reason(error)) from error
        except (OSError, EOFError) as error:
            raise FetchError(
                "connection", f"the connection broke ({error or type(error).__name__})"
            ) from error
        return Reply(status, found, _text(data, found, self.body_bytes), is_cut, time.monotonic() - started)

    @contextlib.asynccontextmanager
    async def _connected(self, url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        addresses = await checked_addresses(host, port, self.resolver, self.allow_private)
        failure: OSError | None = None
        for address in addresses[:_ADDRESSES]:
            try:
                # The checked address itself is connected to; the name is only for the certificate.
                reader, writer = await asyncio.open_connection(
                    address, port, ssl=self.tls if secure else None, server_hostname=host if secure else None
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
                continue
            try:
                yield reader, writer
            finally:
                # Nobody waits for a polite good-bye of a server that may be hostile.
                writer.transport.abort()
            return
        reason = failure.strerror if failure and failure.strerror else failure
        raise FetchError("connection", f"{host} does not answer on port {port} ({reason})")

    async def _talk(
        self,
        url: str,
        headers: Mapping[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes, bool]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
        fields = {"Host": parts.netloc, **headers, "Connection": "close"}
        # Cookies may hold what is not ASCII; it goes back as it came.
        sent = [(name.encode("ascii"), value.encode("utf-8")) for name, value in fields.items()]
        writer.write(http.send(h11.Request(method="GET", target=target, headers=sent)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        body = bytearray()
        response: h11.Response | None = None
        found: tuple[tuple[str, str], ...] = ()
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                response = event
                found = tuple((name.decode("ascii"), _header_text(value)) for name, value in event.headers)
                if not _is_page(response.status_code, found):
                    return response.status_code, found, b"", False
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self.body_bytes:
                    del body[self.body_bytes :]
                    break
            elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
                break
        if response is None:
            raise EOFError("it was closed without an answer")
        return response.status_code, found, bytes(body), not isinstance(event, h11.EndOfMessage)


def _is_page(status: int, headers: tuple[tuple[str, str], ...]) -> bool:
    """Only of HTML pages the text matters: it may send visitors on."""
    fields = dict(headers)
    if status in REDIRECTS and "location" in fields:
        return False
    return "html" in fields.get("content-type", "text/html").lower()


def _header_text(value: bytes) -> str:
    # Servers write addresses in UTF-8 although the standard says ASCII; browsers take both.
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _text(data: bytes, headers: tuple[tuple[str, str], ...], most: int) -> str:
    """The text of a body, decompressed up to the cap; what cannot be decompressed is left out."""
    encoding = dict(headers).get("content-encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        # 32: the header says whether it is gzip or zlib; the cap stops a page that swells.
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            data = unpack.decompress(data, most)
        except zlib.error:
            return ""
    return data.decode("utf-8", errors="replace")


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not to be trusted: {error.verify_message}"
    return f"no secure connection ({error.reason or error})"
