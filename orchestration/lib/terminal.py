"""Text from data on a terminal: names and messages come from files that anybody may have written."""

from __future__ import annotations

import unicodedata

# Control characters begin escape sequences; line ends break a table.
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
# Format characters turn the reading direction or are invisible; surrogates cannot be printed.
_INVISIBLE = frozenset({"Cf", "Cs", "Co"})
ELLIPSIS = "…"


def plain(text: object, width: int | None = None) -> str:
    """One harmless line of text: no control or invisible characters, cut when it is longer than `width`.

    The result still has to be printed as text and not as markup (`rich.text.Text`, not a string).
    """
    line = str(text)
    # Pages draw thousands of names, and most are nothing but letters and spaces.
    if not (line.isascii() and line.isprintable()):
        line = "".join(map(_harmless, line))
    line = " ".join(line.split())
    if width is not None and len(line) > width:
        return line[: width - 1].rstrip() + ELLIPSIS
    return line


def stated(error: BaseException) -> str:
    """What a library's error says, as one line that ends like a sentence: ours may go on behind it."""
    line = " ".join(str(error).split()) or type(error).__name__
    return line if line[-1] in ".!?" else f"{line}."


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category in _INVISIBLE:
        return ""
    return " " if category in _BREAKS else char
