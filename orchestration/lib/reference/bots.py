"""Compile `bot_patterns`: user agents of crawlers, monitors, scanners and scripts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import crawleruseragents  # type: ignore[import-untyped]

from orchestration.lib.reference.seed import ReferenceError, Seed

COLUMNS = ("pattern", "name", "kind", "url")

# Kinds of client that the package lists by product and that we catch by habit of naming as well.
GENERIC = (
    ("(?i:headless)", "headless browser", "browser-automation"),
    ("(?i:phantomjs|slimerjs|puppeteer|playwright|selenium|webdriver|cypress/)",
     "browser automation", "browser-automation"),
    ("(?i:python-|python/|aiohttp|httpx/|scrapy|^python)", "Python client", "http-library"),
    ("^(?i:curl|libcurl|wget|lwp|libwww|winhttp|axios|got|undici|node|ruby|php|perl|java)(/| |-|$)",
     "bare HTTP client", "http-library"),
    ("(?i:go-http-client|apache-httpclient|jakarta commons|guzzle|restsharp|postman|insomnia/)",
     "HTTP client", "http-library"),
    ("(?i:uptime|pingdom|statuscake|site24x7|newrelicpinger|datadog|synthetic|monitis|checkly)",
     "monitor", "monitoring"),
    ("(?i:gtmetrix|lighthouse|pagespeed|webpagetest)", "page speed test", "monitoring"),
    ("(?i:(^|[^a-z])(bot|crawler|spider|scraper|crawling|slurp)([^a-z]|$))",
     "calls itself a bot", "generic"),
    ("(?i:[a-z](bot|crawler|spider)/[0-9v])", "product name that ends in bot", "generic"),
    ("(?i:\\+https?://)", "gives an address for complaints", "generic"),
)  # fmt: skip

# What RE2 (DuckDB), Java (Spark) and Python do not share: look-around, back-references, atomic groups,
# possessive quantifiers, some escapes, and every inline group but the case-insensitive one.
_UNSHARED = re.compile(r"\(\?(?!i:|:)|\\[1-9]|[*+?}]\+|\\[ZGEQpPkK]")


def portable(pattern: str) -> str:
    """Return the pattern in the dialect that RE2, Java and Python share, or raise `ReferenceError`."""
    text = pattern.replace(r"\/", "/").replace(r"[\s\S]*", "(?:.|[\\r\\n])*")
    if _UNSHARED.search(text):
        raise ReferenceError(f"bot pattern {pattern!r}: RE2 or Java cannot do that; rewrite or leave it out")
    try:
        re.compile(text)
    except re.error as error:
        raise ReferenceError(f"bot pattern {pattern!r} does not compile: {error}") from error
    return text


def plain_name(pattern: str) -> str:
    """A readable name from a pattern: its first alternative without anchors, escapes and classes."""
    text = re.sub(r"\[(.)[^\]]*\]", r"\1", pattern.replace(r"[\s\S]*", " "))
    text = re.sub(r"\\d[+*]?|\(\^\| \)|\(\[\^-\]\|\$\)", "", text)
    text = re.sub(r"\(([^|)]*)\|[^)]*\)", r"\1", text).split("|")[0]
    return re.sub(r"\\(.)", r"\1", text).strip("^$/ (.") or pattern


def compile_bot_patterns(crawlers: Iterable[Mapping[str, Any]] | None = None) -> Seed:
    """Compile the seed from the package `crawler-user-agents`, followed by our generic patterns.

    A pattern is searched anywhere in the user agent as it came: case-sensitive, except inside `(?i:...)`.
    `crawlers` are the package's records (`pattern`, `url`, `tags`); default: all of the installed version.
    """
    records = crawleruseragents.CRAWLER_USER_AGENTS_DATA if crawlers is None else crawlers
    rows: dict[str, tuple[str, str, str, str]] = {}
    for record in records:
        pattern = portable(record["pattern"])
        kind = (record.get("tags") or [""])[0]
        rows.setdefault(pattern, (pattern, plain_name(record["pattern"]), kind, record.get("url", "")))
    for text, name, kind in GENERIC:
        pattern = portable(text)
        rows.setdefault(pattern, (pattern, name, kind, ""))
    return Seed.of("bot_patterns", COLUMNS, rows.values())
