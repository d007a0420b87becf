"""Names turned into what addresses, UTM values and codes may hold, and forms in which lookalikes meet."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H",
        "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N", "’": "", "'": "",
    }
)  # fmt: skip
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Characters that people mix up when they read a code aloud or type it from a picture.
_LOOKALIKES = str.maketrans("oilszb", "011528")


def plain(text: str) -> str:
    """The text in ASCII: accents dropped, what has no Latin letter left out."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return decomposed.encode("ascii", "ignore").decode("ascii")


def words(text: str) -> list[str]:
    """The lower-case words of a text: runs of Latin letters and digits."""
    return [word for word in _NOT_WORD.split(plain(text).lower()) if word]


def token(text: str) -> str:
    """The text as a UTM value: `Søren Ægir!` becomes `soren_aegir`; empty when no Latin letter is in it."""
    return "_".join(words(text))


def slug(text: str) -> str:
    """The text as the last part of a short link: `Søren Ægir!` becomes `soren-aegir`."""
    return "-".join(words(text))


def squeezed(text: str) -> str:
    """The text without case, accents and separators: `Sarah_Johnson` and `sarahjohnson` meet here."""
    return "".join(words(text))


def lookalike(text: str) -> str:
    """`squeezed`, and characters that look alike (0 and O, 1, I and L, 5 and S ...) made one."""
    return squeezed(text).translate(_LOOKALIKES)
