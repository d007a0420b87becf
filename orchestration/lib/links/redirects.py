"""Rules that send short links to their tracked addresses, for the servers that shops use.

A target is percent-encoded before it is written, so that nothing of a destination is read as configuration:
no quote, brace, dollar sign, blank or line end is left in it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from orchestration.lib.links.model import Link
from orchestration.lib.links.urls import UrlError, clean_url

_SLUG = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_TARGET = re.compile(r"https?://[A-Za-z0-9\[\]._~:/?#@!&'()*+,;=%-]+")
_NOTE = "Written by `roi links export` from tracking_links.csv; changes here are lost."
# Never 301: browsers keep it, and a link could not be led elsewhere any more.
STATUS = 302


class ExportError(ValueError):
    """Links cannot be exported as they are; the message names them and their lines."""


@dataclass(frozen=True)
class Redirect:
    """From a path such as `/go/sarah-spring` to a tracked address."""

    path: str
    target: str


def plan_redirects(links: Iterable[Link], short_url: str, at: datetime) -> list[Redirect]:
    """One redirect a slug, in the order of the slugs; a slug that was used again leads to the link valid now.

    Links that have ended still lead to their destination: old posts are still clicked.

    Args:
        links: links with and without a slug; those without have no short link.
        short_url: where slugs live, such as `https://shop.example/go`; only its path is used. May be empty.
        at: the time of the export.

    Raises:
        ExportError: a slug is not letters, digits, - and _, or two links have it at the same time.
    """
    prefix = short_base(short_url)[1] if short_url else ""
    chosen: dict[str, Link] = {}
    for link in links:
        if not link.slug:
            continue
        if not _SLUG.fullmatch(link.slug):
            raise ExportError(
                f"tracking_links.csv, line {link.line}: the slug {link.slug!r} of link {link.link_id} cannot "
                "be part of an address. Use letters, digits and single hyphens."
            )
        key = link.slug.lower()
        other = chosen.get(key)
        if other is None or (link.is_valid(at), link.begins) > (other.is_valid(at), other.begins):
            chosen[key] = link
        elif (
            link.is_valid(at) == other.is_valid(at) and link.begins == other.begins and link.url != other.url
        ):
            raise ExportError(
                f"tracking_links.csv, lines {other.line} and {link.line}: links {other.link_id} and "
                f"{link.link_id} have the slug {link.slug} at the same time. Give one of them another slug."
            )
    return [Redirect(f"{prefix}/{chosen[key].slug}", safe_target(chosen[key].url)) for key in sorted(chosen)]


def safe_target(url: str) -> str:
    """The address without any character that a server's configuration could read as its own."""
    target = clean_url(url).replace("$", "%24")
    if not _TARGET.fullmatch(target):
        raise ExportError(f"{url!r} cannot be written into a configuration.")
    return target


def short_base(short_url: str) -> tuple[str, str]:
    """Host and path prefix of where slugs live: `https://shop.example/go/` is (`shop.example`, `/go`).

    Raises:
        ExportError: it is no address, or has more than a host and a plain path.
    """
    try:
        parts = urlsplit(clean_url(short_url))
    except UrlError as error:
        raise ExportError(f"links.short_url {short_url!r} {error}. Correct it in conventions.toml.") from None
    prefix = parts.path.rstrip("/")
    if parts.query or parts.fragment or not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix):
        raise ExportError(
            f"links.short_url {short_url!r} has more than a host and a path of letters, digits, - and _. "
            "Correct it in conventions.toml."
        )
    return parts.netloc, prefix


def nginx(redirects: Iterable[Redirect], short_url: str) -> str:
    """`location` blocks to include into a `server`. Click ids of a visitor's address are passed on."""
    lines = [f"# {_NOTE}", "# In a server block: include /etc/nginx/roi-links.conf;"]
    for redirect in redirects:
        address, mark, fragment = redirect.target.partition("#")
        lines += [
            f"location = {redirect.path} {{",
            '    set $roi_more "";',
            f'    if ($args) {{ set $roi_more "{_joint(address)}$args"; }}',
            '    add_header Cache-Control "no-store" always;',
            f'    return {STATUS} "{address}${{roi_more}}{mark}{fragment}";',
            "}",
        ]
    return "\n".join(lines) + "\n"


def caddy(redirects: Iterable[Redirect], short_url: str) -> str:
    """A snippet to import into a site block of a Caddyfile. Click ids are passed on."""
    lines = [f"# {_NOTE}", "# In a site block: import roi-links.caddy"]
    for redirect in redirects:
        address, mark, fragment = redirect.target.partition("#")
        lines += [
            f"handle {redirect.path} {{",
            '\t@more expression `{query} != ""`',
            "\theader Cache-Control no-store",
            f'\tredir @more "{address}{_joint(address)}{{query}}{mark}{fragment}" {STATUS}',
            f'\tredir "{redirect.target}" {STATUS}',
            "}",
        ]
    return "\n".join(lines) + "\n"


def netlify(redirects: Iterable[Redirect], short_url: str) -> str:
    """A `_redirects` file (Netlify, Cloudflare Pages). Click ids are passed on by Netlify itself."""
    lines = [f"# {_NOTE}"]
    for redirect in redirects:
        scheme, _, rest = redirect.target.partition("://")
        # `:name` in a target is a placeholder there.
        rest = re.sub(r":(?=[A-Za-z_])", "%3A", rest)
        lines.append(f"{redirect.path}  {scheme}://{rest}  {STATUS}")
    return "\n".join(lines) + "\n"


def cloudflare(redirects: Iterable[Redirect], short_url: str) -> str:
    """A CSV for a Bulk Redirect list: source, target, status, then four switches; it has no header.

    Cloudflare cannot both keep a visitor's query and have one in the target, so click ids are dropped.

    Raises:
        ExportError: `short_url` is not set; a source there has a host.
    """
    if not short_url:
        raise ExportError(
            "Cloudflare needs the host of the short links. Set links.short_url in conventions.toml, such as "
            'short_url = "https://go.shop.example".'
        )
    host, _ = short_base(short_url)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for redirect in redirects:
        # preserve query string, include subdomains, subpath matching, preserve path suffix
        switches = ("FALSE", "FALSE", "FALSE", "FALSE")
        writer.writerow([f"{host}{redirect.path}", redirect.target, STATUS, *switches])
    return out.getvalue()


def _joint(address: str) -> str:
    """What stands between an address and further parameters."""
    return "&" if "?" in address else "?"


# File name and renderer by the name of the server.
FORMATS: dict[str, tuple[str, Callable[[Iterable[Redirect], str], str]]] = {
    "nginx": ("roi-links.conf", nginx),
    "caddy": ("roi-links.caddy", caddy),
    "netlify": ("_redirects", netlify),
    "cloudflare": ("cloudflare-bulk-redirects.csv", cloudflare),
}
