"""Codes that anybody would try."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from orchestration.lib.registry.conventions import Conventions
from orchestration.lib.registry.lint.context import LintContext
from orchestration.lib.registry.model import Finding, Registry
from orchestration.lib.registry.text import squeezed

_RUNS = re.compile(r"[A-Z]+")
_SEQUENCES = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "01234567890", "QWERTYUIOP", "QWERTZUIOP", "ASDFGHJKL", "ZXCVBNM")
_OFFER = re.compile(r"(\d{1,3}(OFF|PERCENT|PCT)|(OFF|GET|SAVE|TAKE)\d{1,3})")


def weakness(code: str, conventions: Conventions, names: Iterable[str] = ()) -> str | None:
    """Why a code is easily guessed, None when it is not; reads on after "the code".

    Args:
        code: as printed; case and separators do not matter.
        conventions: its shortest length and the common words.
        names: words of the shop and its campaigns, squeezed: `spring` makes SPRING20 guessable.
    """
    bare = squeezed(code).upper()
    if len(bare) < conventions.code_min_length:
        return f"has fewer than {conventions.code_min_length} letters and digits, so all of them can be tried"
    if len(bare) > conventions.code_max_length:
        return f"has more than {conventions.code_max_length} letters and digits, too many to remember or type"
    if len(set(bare)) == 1:
        return "is one character repeated"
    if bare.isdigit():
        return "is only a number, which bots count through"
    if any(bare in run or bare in run[::-1] for run in _SEQUENCES):
        return "is a row of the alphabet or the keyboard"
    if _OFFER.fullmatch(bare):
        return "only says the discount"
    letters = "".join(_RUNS.findall(bare))
    if letters.lower() in {re.sub(r"\d", "", name) for name in names if name}:
        return f"is the name of a campaign or of the shop ({letters}), with nothing but a number added"
    runs = _RUNS.findall(bare)
    if all(run in conventions.code_words for run in runs):
        return f"is a common word ({' '.join(runs)}), with nothing but a number added"
    if all(_made_of(run, conventions.code_words) for run in runs):
        return f"is made of common words ({' '.join(runs)})"
    return None


def _made_of(text: str, vocabulary: frozenset[str]) -> bool:
    """True when a text can be cut into words of the vocabulary."""
    reachable = [True] + [False] * len(text)
    for end in range(1, len(text) + 1):
        reachable[end] = any(reachable[begin] and text[begin:end] in vocabulary for begin in range(end))
    return reachable[-1]


def known_names(registry: Registry) -> frozenset[str]:
    """What a guesser reads off the shop's pages: names of campaigns, and of the sites that links lead to."""
    names: set[str] = set()
    campaigns, links = registry.get("campaigns"), registry.get("tracking_links")
    for row in campaigns.rows if campaigns else ():
        names |= {squeezed(row.get("utm_campaign") or ""), squeezed(row.get("campaign_name") or "")}
    for row in links.rows if links else ():
        try:
            host = urlsplit(row.get("destination_url") or "").hostname or ""
        except ValueError:
            continue
        # Without the ending: northpine of www.northpine.co.uk.
        names |= {squeezed(label) for label in host.removeprefix("www.").split(".")[:-1] if len(label) > 3}
    return frozenset(names - {""})


def guessable_code(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Codes that are common words or easily guessed: redeemed by people who never saw the influencer."""
    sheet = registry.get("promo_codes")
    if sheet is None:
        return
    names = known_names(registry)
    told: set[str] = set()
    for row in sheet.rows:
        code = row.get("promo_code")
        if code is None or code.upper() in told:
            continue
        told.add(code.upper())
        why = weakness(code, context.conventions, names)
        if why:
            message = f"the code {code} of {row.get('influencer_id')} {why}."
            mend = "`roi codes suggest` proposes one for the next campaign; end this one (valid_to) then."
            yield context.finding("guessable_code", sheet, row, message, mend)
