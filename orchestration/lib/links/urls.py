"""Addresses: made safe, given their UTM values, and read again; what they already carry stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

import idna

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ASCII_HOST = re.compile(
    r"[a-z0-9]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\]"
)
# RFC 3986, section 3.3 to 3.5: what may stand in a path, query or fragment; all else is percent-encoded.
_PATH = "/:@!$&'()*+,;=~-._%"
_QUERY = _PATH + "?"
_MAX_LENGTH = 8_000


class UrlError(ValueError):
    """An address that no link may lead to; the message reads on after the address."""


def clean_url(text: str) -> str:
    """An absolute http(s) address in ASCII that means the same: host in Punycode, stray characters encoded.

    Query and fragment keep their order and content.

    Raises:
        UrlError: it is no such address, or has a password or control characters in it.
    """
    text = text.strip()
    if _CONTROL.search(text):
        raise UrlError("has a control character or line end in it")
    if len(text) > _MAX_LENGTH:
        raise UrlError(f"is longer than {_MAX_LENGTH} characters")
    if "\\" in text:
        raise UrlError("has a backslash in it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UrlError(f"is no address ({error})") from None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise UrlError("does not begin with https://")
    if "@" in parts.netloc:
        raise UrlError("has a user name or password in it")
    host = _host(parts.hostname or "")
    default = {"http": 80, "https": 443}[scheme]
    netloc = host if port is None or port == default else f"{host}:{port}"
    return urlunsplit(
        (
            scheme,
            netloc,
            _encoded(parts.path, _PATH) or "/",
            _encoded(parts.query, _QUERY),
            _encoded(parts.fragment, _QUERY),
        )
    )


def _host(host: str) -> str:
    if not host:
        raise UrlError("has no host")
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise UrlError(f"has a host that cannot be looked up ({error})") from None
    host = host.lower()
    if not _ASCII_HOST.fullmatch(host):
        raise UrlError(f"has the host {host!r}, which is no name")
    return host


def _encoded(part: str, allowed: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=allowed)


def with_utms(url: str, utms: Mapping[str, str | None]) -> str:
    """The clean address with these UTM values at the end of its query; doing it again changes nothing.

    A value of the same name that the address already has is replaced: two of them would leave it to each tool
    which one counts. Everything else in query and fragment stays, in its order.

    Raises:
        UrlError: the address is none that a link may lead to.
    """
    parts = urlsplit(clean_url(url))
    wanted = {name: value for name, value in utms.items() if value}
    kept = [piece for piece in parts.query.split("&") if piece and _name(piece) not in wanted]
    added = [f"{name}={quote(value, safe='')}" for name, value in wanted.items()]
    return urlunsplit(parts._replace(query="&".join([*kept, *added])))


def utm_names(url: str) -> list[str]:
    """The UTM parameters that an address carries in its query, in its order, each once."""
    names = [_name(piece) for piece in urlsplit(url).query.split("&") if piece]
    return list(dict.fromkeys(name for name in names if name in UTM_NAMES))


def query_values(query: str, name: str) -> list[str]:
    """The raw values of a parameter in a query, in order; names are compared without case."""
    return [piece.partition("=")[2] for piece in query.split("&") if piece and _name(piece) == name]


def _name(piece: str) -> str:
    return unquote_plus(piece.partition("=")[0]).lower()
