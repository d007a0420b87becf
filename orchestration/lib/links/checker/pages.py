"""What a page itself does with its visitor: sends them on, at once or by a script."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# A longer wait is a page that people read, or one that reloads itself.
_MOST_SECONDS = 5.0
_REFRESH = re.compile(r"\s*(\d{1,6}(?:\.\d{0,6})?)\s*[;,]?\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"(?:location\s*(?:\.\s*href\s*)?=(?!=)|location\s*\.\s*(?:replace|assign)\s*\()")
# A page that sends on by a script has little else in it.
_SMALL_PAGE = 4_096
_BLANK_TEXT = 400


def refresh_target(value: str) -> str | None:
    """Where a `Refresh` header or meta element leads, None if nowhere else or not at once.

    `0; url=https://shop.example/` is the form; browsers also take it without `url=` and in quotes.
    """
    match = _REFRESH.fullmatch(value)
    if match is None or float(match[1]) > _MOST_SECONDS:
        return None
    target = match[2].strip()
    if target[:1] in ("'", '"'):
        target = target[1:].partition(target[0])[0]
    return target.strip() or None


def meta_refresh(page: str) -> str | None:
    """Where the page's first meta refresh leads, None without one; comments and `noscript` do not count."""
    finder = _Finder()
    try:
        finder.feed(page)
    except AssertionError:
        # Python's parser gives up on some broken declarations.
        return None
    return finder.target


def sends_on_by_script(page: str) -> bool:
    """True for a page with hardly a text whose script changes its location: an interstitial."""
    if len(page) > _SMALL_PAGE:
        return False
    finder = _Finder()
    try:
        finder.feed(page)
    except AssertionError:
        return False
    return len("".join(finder.texts).strip()) <= _BLANK_TEXT and bool(_SCRIPT.search("".join(finder.scripts)))


class _Finder(HTMLParser):
    """Collects meta refresh, scripts and texts of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.target: str | None = None
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "noscript", "style"):
            self._inside.append(tag)
        values = dict(attrs)
        if (
            tag == "meta"
            and self.target is None
            and not self._inside
            and (values.get("http-equiv") or "").strip().lower() == "refresh"
        ):
            self.target = refresh_target(values.get("content") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["script"]:
            self.scripts.append(data)
        elif not self._inside:
            self.texts.append(data)
