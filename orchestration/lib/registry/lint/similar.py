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


class SimilarIndex:
    """Values to compare others with.

    Resembling: the same but for case, accents and separators; the same but for characters that look alike
    (only with `lookalikes`); or one letter added, left out, replaced, or swapped with its neighbour. Digits
    are taken as meant, so `spring_2025` and `spring_2026` do not resemble one another.
    """

    def __init__(self, lookalikes: bool = False) -> None:
        self._lookalikes = lookalikes
        self._exact: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._blanked: dict[tuple[int, str], str] = {}
        self._shortened: dict[str, str] = {}

    def add(self, value: str) -> None:
        """Takes a value; of values that are the same here the first one stays."""
        form = squeezed(value)
        if not form:
            return
        self._exact.setdefault(form, value)
        self._alike.setdefault(lookalike(value), value)
        for place in _editable(value, form):
            rest = form[:place] + form[place + 1 :]
            self._blanked.setdefault((place, rest), value)
            self._shortened.setdefault(rest, value)

    def find(self, value: str) -> Similar | None:
        """A value of the index that this one resembles."""
        form = squeezed(value)
        if form and form in self._exact:
            return Similar(value, self._exact[form], "only by case, accents or separators")
        look = lookalike(value)
        if form and self._lookalikes and look in self._alike:
            how = "only by characters that look alike, such as 0 and O"
            return Similar(value, self._alike[look], how)
        found = self._one_edit_away(form, _editable(value, form))
        return Similar(value, found, "by one letter or two swapped ones") if found else None

    def _one_edit_away(self, form: str, editable: list[int]) -> str | None:
        for place in editable:
            rest = form[:place] + form[place + 1 :]
            if (place, rest) in self._blanked:
                return self._blanked[(place, rest)]
            # A letter too many here ...
            if len(rest) >= MIN_LENGTH and rest in self._exact:
                return self._exact[rest]
            following = form[place + 1 : place + 2]
            swapped = form[:place] + following + form[place] + form[place + 2 :]
            if following.isalpha() and swapped != form and swapped in self._exact:
                return self._exact[swapped]
        # ... or one that is missing.
        return self._shortened.get(form) if len(form) >= MIN_LENGTH else None


def similar_values(values: Iterable[str], lookalikes: bool = False) -> Iterator[Similar]:
    """For each distinct value an earlier one that it resembles, as `SimilarIndex` says."""
    index = SimilarIndex(lookalikes)
    for value in dict.fromkeys(values):
        found = index.find(value)
        if found:
            yield found
        index.add(value)


def _editable(value: str, form: str) -> list[int]:
    """Places in the squeezed form where a typing error is likely: letters of words, not digits or labels."""
    if len(form) < MIN_LENGTH:
        return []
    places: list[int] = []
    begin = 0
    for word in words(value):
        if len(word) >= MIN_WORD:
            places += [begin + offset for offset, char in enumerate(word) if char.isalpha()]
        begin += len(word)
    return places
