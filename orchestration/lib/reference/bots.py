"""Compile `bot_patterns`: user agents of crawlers, monitors, scanners and scripts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import crawleruseragents  # type: ignore[import-untyped]

from orchestration.lib.reference.seed import ReferenceError, Seed

COLUMNS = ("pattern", "name", "kind", "url", "batch")
CRAWLERS: list[dict[str, Any]] = crawleruseragents.CRAWLER_USER_AGENTS_DATA

# Patterns that may be joined into one expression. Joining saves passes until RE2's automaton outgrows
# its memory: DuckDB took 122 s for 100,000 user agents with all in one, 0.4 s with four hundred in each.
BATCH = 400

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
    ("(?i:(^|[^a-z])(bot|robot|crawler|spider|scraper|aggregator|slurp)([^a-z]|$))",
     "calls itself a bot", "generic"),
    ("(?i:[a-z](bot|crawler|spider)/[0-9v])", "product name that ends in bot", "generic"),
    ("[a-z]Bot([^A-Za-z]|$)", "product name that ends in Bot", "generic"),
    ("(?i:feed ?(fetcher|reader|parser|validator)|link ?(checker|validator))", "feeds and links", "generic"),
    ("(?i:libfetch|http_request)", "HTTP library", "http-library"),
    ("(?i:[+]https?://)", "gives an address for complaints", "generic"),
    ("[A-Za-z0-9._-]+@[A-Za-z0-9-]+[.][a-z]", "gives a mail address for complaints", "generic"),
)  # fmt: skip

# The package's patterns that would take people for bots, with what to use instead (None: leave out).
OVERRIDES: dict[str, str | None] = {
    r"AP3A\.240617\.008": None,  # a build of Android 15 on millions of phones
    "MetaIAB Facebook": None,  # Facebook's in-app browser
    "Fluid": None,  # a browser for the Mac
    "Viber": "^Viber",  # the link preview, not the in-app browser
    "Sogou": "Sogou [A-Za-z]+ [Ss]pider",  # the crawlers, not Sogou's browsers
    "Sonic": "RankSonic|[^A-Za-z]Sonic/",
    "ds9": "^ds9 ",
    r"008\/": "(^|; )008/",
    r"RED\/": "^RED/",
    "linko": "linko[.]app",
}

# What RE2 (DuckDB), Java (Spark) and Python do not share: look-around, back-references, atomic groups,
# possessive quantifiers, and every inline group but the case-insensitive one. A backslash means something
# else again within a string literal of Spark's SQL, so none may be left.
_UNSHARED = re.compile(r"[(][?](?!i:|:)|[*+?}][+]|\\")
_REWRITES = ((r"\/", "/"), (r"[\s\S]*", ".*"), (r"\d", "[0-9]"), (r"\!", "!"))


# A page in a package index, `/project/<name>` of whatever host, says nothing of who runs a client.
_PACKAGE_PAGE = re.compile(r"//[^/]+/(project|packages?|gems|crates|dist|release|pod|module)/[^/]+/?$")


def operator_page(url: str) -> str:
    """The page on which an operator explains a client; empty where it is a package's page in an index."""
    return "" if _PACKAGE_PAGE.search(url) else url


def portable(pattern: str) -> str:
    """Return the pattern in the dialect that RE2, Java and Python share, or raise `ReferenceError`.

    User agents, channels and paths hold no line ends, so `.` may stand for any character.
    """
    text = pattern
    for old, new in _REWRITES:
        text = text.replace(old, new)
    text = re.sub(r"\\([.()+*?$|{}])", r"[\1]", text)
    # A blank at an end is easily lost in a CSV file.
    text = re.sub("^ | $", "[ ]", text)
    if _UNSHARED.search(text):
        raise ReferenceError(f"pattern {pattern!r}: RE2, Java or a SQL literal cannot hold that; rewrite it")
    try:
        re.compile(text)
    except re.error as error:
        raise ReferenceError(f"pattern {pattern!r} does not compile: {error}") from error
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
    Patterns of one `batch` may be joined by `|` into one expression; all at once are too much for RE2.
    `crawlers` are the package's records (`pattern`, `url`, `tags`); default: all of the installed version.
    """
    rows: dict[str, tuple[str, str, str, str]] = {}
    for record in CRAWLERS if crawlers is None else crawlers:
        chosen = OVERRIDES.get(record["pattern"], record["pattern"])
        if chosen is None:
            continue
        pattern = portable(chosen)
        kind = (record.get("tags") or [""])[0]
        page = operator_page(record.get("url", ""))
        rows.setdefault(pattern, (pattern, plain_name(record["pattern"]), kind, page))
    for text, name, kind in GENERIC:
        pattern = portable(text)
        rows.setdefault(pattern, (pattern, name, kind, ""))
    numbered = ((*row, str(1 + index // BATCH)) for index, row in enumerate(rows.values()))
    return Seed.of("bot_patterns", COLUMNS, numbered)
