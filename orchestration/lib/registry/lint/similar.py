"""Values that are easily taken for one another, found without comparing all pairs.

Work grows with the number of values times the square of their length: each value is looked up in an index
under itself, itself less one letter, itself with one letter blanked, and itself with two neighbours swapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestration.lib.registry.text import lookalike, squeezed, words

# Of short words too many differ by one letter: cat, car, can.
MIN_LENGTH = 5
# A word of one or two letters is a label such as `a` and `b`, not a place for typing errors.
MIN_WORD = 3


@dataclass(frozen=True)
class Similar:
    """A value and the earlier one that it resembles; `how` reads on after "differs from it"."""

    value: str
    earlier: str
    how: str


def similar_values(values: Iterable[str], lookalikes: bool = False) -> Iterator[Similar]:
    """For each distinct value the first earlier one that it resembles.

    Resembling: the same but for case, accents and separators; the same but for characters that look alike
    (only with `lookalikes`); or one letter added, left out, replaced, or swapped with its neighbour. Digits
    are taken as meant, so `spring_2025` and `spring_2026` do not resemble one another.
    """
    exact: dict[str, str] = {}
    alike: dict[str, str] = {}
    blanked: dict[tuple[int, str], str] = {}
    shortened: dict[str, str] = {}
    seen: set[str] = set()
    for value in values:
        if value in seen:
            continue
        seen.add(value)
        form = squeezed(value)
        if not form:
            continue
        editable = _editable(value) if len(form) >= MIN_LENGTH else []
        found = _find(form, editable, exact, blanked, shortened)
        look = lookalike(value)
        if form in exact:
            yield Similar(value, exact[form], "only by case, accents or separators")
        elif lookalikes and look in alike:
            yield Similar(value, alike[look], "only by characters that look alike, such as 0 and O")
        elif found is not None:
            yield Similar(value, found, "by one letter or two swapped ones")
        exact.setdefault(form, value)
        alike.setdefault(look, value)
        for place in editable:
            blanked.setdefault((place, form[:place] + form[place + 1 :]), value)
            shortened.setdefault(form[:place] + form[place + 1 :], value)


def _editable(value: str) -> list[int]:
    """Places in the squeezed form where a typing error is likely: letters of words, not digits or labels."""
    places: list[int] = []
    begin = 0
    for word in words(value):
        if len(word) >= MIN_WORD:
            places += [begin + offset for offset, char in enumerate(word) if char.isalpha()]
        begin += len(word)
    return places


def _find(
    form: str,
    editable: list[int],
    exact: dict[str, str],
    blanked: dict[tuple[int, str], str],
    shortened: dict[str, str],
) -> str | None:
    """An earlier value at a distance of one edit, the first in the order of the edits."""
    for place in editable:
        rest = form[:place] + form[place + 1 :]
        if (place, rest) in blanked:
            return blanked[(place, rest)]
        # A letter too many here ...
        if len(rest) >= MIN_LENGTH and rest in exact:
            return exact[rest]
        swapped = form[:place] + form[place + 1 : place + 2] + form[place] + form[place + 2 :]
        if place + 1 < len(form) and form[place + 1].isalpha() and swapped != form and swapped in exact:
            return exact[swapped]
    # ... or one that is missing.
    return shortened.get(form) if len(form) >= MIN_LENGTH else None
