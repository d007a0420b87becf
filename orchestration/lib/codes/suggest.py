"""Suggests codes: easy to say and to type, nobody else's, and not what everybody tries first.

The style is SARAH20: the creator's name and the discount. If that is taken, or easily mixed up with another
one, more of the name goes in, then the campaign, then letters that nobody can guess.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from orchestration.lib.registry.conventions import Conventions
from orchestration.lib.registry.lint.context import Joined
from orchestration.lib.registry.lint.guessable import known_names, weakness
from orchestration.lib.registry.lint.similar import SimilarIndex
from orchestration.lib.registry.model import Registry, Row
from orchestration.lib.registry.text import words
from orchestration.lib.registry.values import BadValue, parse_date

# Without what is mixed up when read aloud or off a picture: 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY"
SUFFIX_LETTERS = 3
_MOST_TRIES = 200


@dataclass(frozen=True)
class Discount:
    """What codes give: a percentage or an amount of the shop's currency."""

    kind: str
    value: Decimal

    @property
    def digits(self) -> str:
        """The number in the code: 20 for 20 percent, 750 for 7.50."""
        return f"{self.value.normalize():f}".replace(".", "")


@dataclass(frozen=True)
class Suggestion:
    """A code for an influencer's campaign, with the row of promo_codes.csv that it would be.

    `code` is None, and `why` says so, where none could be found.
    """

    influencer_id: str
    campaign_id: str | None
    code: str | None
    why: str
    row: dict[str, str]


def suggest_codes(
    registry: Registry,
    conventions: Conventions,
    taken: Iterable[str],
    discount: Discount,
    campaign_id: str | None = None,
    influencer_id: str | None = None,
    strong: bool = False,
    choose: Callable[[str], str] = secrets.choice,
) -> list[Suggestion]:
    """A code for each partnership that has none, in the order of the registry.

    Args:
        registry: partnerships, and the codes that there are.
        conventions: what makes a code weak.
        taken: codes that the shop has; the registry's own are known.
        discount: what the codes give.
        campaign_id: only this campaign.
        influencer_id: only this influencer.
        strong: end every code in letters that cannot be guessed; the discount alone never tells it then.
        choose: picks a letter; only codes that end in such letters depend on it.
    """
    joined = Joined(registry)
    rivals = _Rivals([*taken, *(row.get("promo_code") or "" for row in joined.rows("promo_codes"))])
    names = known_names(registry)
    owned = {(row.get("influencer_id"), row.get("campaign_id")) for row in joined.rows("promo_codes")}
    suggestions = []
    for partnership in joined.rows("partnerships"):
        owner, campaign = partnership.get("influencer_id"), partnership.get("campaign_id")
        person = joined.find("influencers", owner)
        wanted = influencer_id in (None, owner) and campaign_id in (None, campaign)
        if person is None or owner is None or not wanted or {(owner, campaign), (owner, None)} & owned:
            continue
        owned.add((owner, campaign))
        about = joined.find("campaigns", campaign)
        why = ""
        chosen: str | None = None
        for candidate in _candidates(person, about, discount, strong, choose):
            flaw = rivals.flaw(candidate) or weakness(candidate, conventions, names)
            if flaw is None:
                chosen = candidate
                break
            why = why or f"{candidate} {flaw}"
        if chosen:
            rivals.add(chosen)
        suggestions.append(_suggestion(owner, about, campaign, chosen, why, discount))
    return suggestions


def _suggestion(
    owner: str, about: Row | None, campaign: str | None, code: str | None, why: str, discount: Discount
) -> Suggestion:
    row = {
        "promo_code": code or "",
        "influencer_id": owner,
        "campaign_id": campaign or "",
        "discount_type": discount.kind,
        "discount_value": f"{discount.value.normalize():f}",
        "valid_from": (about.get("starts_on") or "") if about else "",
        "valid_to": _day_after(about.get("ends_on") if about else None),
    }
    return Suggestion(owner, campaign, code, why, row)


def _day_after(text: str | None) -> str:
    """A campaign's last day belongs to it, a code's end does not belong to the code."""
    try:
        return (parse_date(text) + timedelta(days=1)).isoformat() if text else ""
    except (BadValue, OverflowError):
        return ""


def _candidates(
    person: Row, about: Row | None, discount: Discount, strong: bool, choose: Callable[[str], str]
) -> Iterator[str]:
    """Codes from the most memorable to the least guessable."""
    name = [word.upper() for word in words(person.get("influencer_name") or "")]
    handle = "".join(words(person.get("handle") or "")).upper()
    name = name or (
        [handle] if handle else ["".join(words(person.values["influencer_id"])).upper() or "CODE"]
    )
    topic = [word.upper() for word in words((about.get("campaign_name") or "") if about else "")]
    topic = [word for word in topic if not word.isdigit()][:1]
    first, last, digits = name[0], name[-1] if len(name) > 1 else "", discount.digits
    stems = [first, f"{first}{last}" if last else "", handle, f"{first}{topic[0]}" if topic else ""]
    stems += [f"{first[:1]}{last}" if last else "", f"{first}{last}{topic[0]}" if topic else ""]
    stems = [stem for stem in dict.fromkeys(stems) if stem]
    if not strong:
        yield from (f"{stem}{digits}" for stem in stems)
    for _ in range(_MOST_TRIES):
        yield f"{first}{digits}{''.join(choose(ALPHABET) for _ in range(SUFFIX_LETTERS))}"


class _Rivals:
    """Codes that exist or are suggested, to see which new ones clash with them."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes: set[str] = set()
        self._similar = SimilarIndex(lookalikes=True)
        for code in codes:
            if code.strip():
                self.add(code)

    def add(self, code: str) -> None:
        """Takes a code."""
        upper = code.strip().upper()
        self._codes.add(upper)
        self._similar.add(upper)

    def flaw(self, code: str) -> str | None:
        """Why the code clashes with another one; reads on after it."""
        if code in self._codes:
            return "is taken"
        similar = self._similar.find(code)
        return f"differs from {similar.earlier} {similar.how}" if similar else None
