"""The attribution models, each by its sentence; exact where the definition is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.support.oracle.inputs import cents
from tests.support.oracle.journeys import Conversion, Step, Touch

#: Weights of 15 places: what rounds to nothing has no row.
NOTICED = Fraction(1, 2 * 10**15)
#: Weights by the place of a touch among the creditable ones of a conversion.
Weights = dict[int, Fraction]
RULES = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "linear",
    "time_decay",
    "position_based",
    "j_shaped",
    "inverse_j",
    "w_shaped",
    "full_path",
    "promo_code",
    "hybrid",
    "markov",
    "shapley",
)


def normalised(weights: Sequence[Fraction]) -> list[Fraction]:
    """Weights that sum to 1."""
    return [weight / sum(weights) for weight in weights]


def shaped(k: int, first: Fraction, middle: Fraction, last: Fraction) -> list[Fraction]:
    """First, those between together, last."""
    if k == 1:
        return [Fraction(1)]
    if k == 2:
        return normalised([first, last])
    return normalised([first, *[middle / (k - 2)] * (k - 2), last])


def roles(k: int, played: Sequence[int | None], weight: Fraction, rest: Fraction) -> list[Fraction]:
    """`weight` to the touch of each role, `rest` shared by touches without one."""
    weights = [Fraction(0)] * k
    for place in played:
        if place is not None:
            weights[place] += weight
    without = [place for place in range(k) if place not in played]
    for place in without:
        weights[place] = rest / len(without)
    return normalised(weights)


def last_by(steps: Sequence[Step], at: datetime | None) -> int | None:
    """The last touch at or before that moment."""
    places = [place for place, step in enumerate(steps) if at and step.touch.at <= at]
    return max(places, default=None)


def decayed(steps: Sequence[Step], half_life: float) -> list[Fraction]:
    """2^(-h / half life), in many digits and without regard to how small it gets."""
    with localcontext() as context:
        context.prec = 60
        nearest = min(step.hours for step in steps)
        exponents = [(step.hours - nearest) / Fraction(str(half_life)) for step in steps]
        return normalised(
            [Fraction(Decimal(2) ** (-Decimal(x.numerator) / Decimal(x.denominator))) for x in exponents]
        )


def credits(
    model: str,
    conversion: Conversion,
    settings: Mapping[str, Any],
    milestones: tuple[datetime | None, datetime | None],
    effects: Mapping[str, Fraction],
) -> list[tuple[Step | None, Fraction]]:
    """Who gets which share of the conversion; None stands for nobody."""
    steps = conversion.creditable
    k = len(steps)
    if model in ("promo_code", "hybrid"):
        owner = conversion.codes[0][0] if conversion.codes else None
        if owner:
            return [(code_claim(conversion, owner), Fraction(1))]
        if model == "promo_code":
            return [(None, Fraction(1))]
    if not steps:
        return [(None, Fraction(1))]
    if model == "last_touch":
        whole = conversion.journey
        if settings["code_policy"] == "code_wins" and conversion.codes:
            whole = [step for step in whole if step.touch.influencer == conversion.codes[0][0]]
        return [(whole[-1], Fraction(1))]
    f = Fraction
    weights: list[Fraction]
    if model == "first_touch":
        weights = [f(place == 0) for place in range(k)]
    elif model == "last_non_direct":
        weights = [f(place == k - 1) for place in range(k)]
    elif model == "linear":
        weights = [f(1, k)] * k
    elif model == "time_decay":
        weights = decayed(steps, settings["half_life_hours"])
    elif model in ("position_based", "hybrid"):
        weights = shaped(k, *(f(str(weight)) for weight in settings["position_weights"]))
    elif model == "j_shaped":
        weights = shaped(k, f(2, 10), f(2, 10), f(6, 10))
    elif model == "inverse_j":
        weights = shaped(k, f(6, 10), f(2, 10), f(2, 10))
    elif model == "w_shaped":
        weights = roles(k, [0, last_by(steps, milestones[0]), k - 1], f(3, 10), f(1, 10))
    elif model == "full_path":
        played = [0, last_by(steps, milestones[0]), last_by(steps, milestones[1]), k - 1]
        weights = roles(k, played, f(225, 1000), f(1, 10))
    elif model == "markov":
        weights = [effects.get(step.touch.key, f(0)) for step in steps]
        weights = normalised(weights) if sum(weights) else [f(1, k)] * k
    elif model == "shapley":
        keys = Counter(step.touch.key for step in steps)
        weights = [f(1, len(keys) * keys[step.touch.key]) for step in steps]
    else:
        raise AssertionError(model)
    noticed = [(step, weight) for step, weight in zip(steps, weights, strict=True) if weight >= NOTICED]
    # What is left makes up the whole: 0.5 less next to nothing would round the other way than 0.5.
    shares = normalised([weight for _, weight in noticed])
    return list(zip([step for step, _ in noticed], shares, strict=True))


def code_claim(conversion: Conversion, owner: str) -> Step:
    """The owner's code touch, else the latest visit of theirs in the journey, else the code in no path."""
    theirs = [step for step in conversion.journey if step.touch.influencer == owner]
    code = [step for step in theirs if step.touch.evidence == "code"]
    if theirs:
        return (code or theirs)[-1]
    return Step(Touch("", conversion.at, "code", "influencer", owner, conversion.codes[0][1]), Fraction(0))


def allocated(revenue: int, weights: Sequence[Fraction]) -> list[int]:
    """The rounded running total less the previous one, in cents."""
    totals = [0]
    for place in range(len(weights)):
        totals.append(cents(Fraction(revenue, 100) * sum(weights[: place + 1])))
    return [after - before for before, after in zip(totals, totals[1:], strict=False)]


def markov(
    paths: Mapping[tuple[tuple[str, ...], bool], int], order: int
) -> tuple[dict[str, Fraction], Fraction]:
    """Removal effects by removing: the chain's chance of converting without ever entering the key."""
    steps: dict[Any, Counter] = defaultdict(Counter)
    for (path, converted), number in paths.items():
        states: list[Any] = ["start"]
        states += [path[max(0, place + 1 - order) : place + 1] for place in range(len(path))]
        for origin, target in zip(states, [*states[1:], "converted" if converted else "lost"], strict=True):
            steps[origin][target] += number
    whole = chance(steps, None)
    keys = sorted({key for path, _ in paths for key in path})
    return {key: (whole - chance(steps, key)) / whole if whole else Fraction(0) for key in keys}, whole


def chance(steps: Mapping[Any, Counter], removed: str | None) -> Fraction:
    """The chance of converting from the start, where states that end in `removed` are lost."""
    states = [state for state in steps if state == "start" or state[-1] != removed]
    place = {state: number for number, state in enumerate(states)}
    rows = []
    for state in states:
        total = sum(steps[state].values())
        row = [Fraction(0)] * (len(states) + 1)
        row[place[state]] += 1
        for target, number in steps[state].items():
            if target == "converted":
                row[-1] += Fraction(number, total)
            elif target in place:
                row[place[target]] -= Fraction(number, total)
        rows.append(row)
    # Gauss and Jordan, in fractions.
    for column in range(len(states)):
        pivot = next((row for row in rows[column:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(column, pivot)
        scale = pivot[column]
        pivot[:] = [value / scale for value in pivot]
        for row in rows:
            if row is not pivot and row[column]:
                factor = row[column]
                row[:] = [value - factor * lead for value, lead in zip(row, pivot, strict=True)]
    return rows[place["start"]][-1] if states else Fraction(0)


def enumerated_shapley(journeys: Sequence[Sequence[str]]) -> dict[str, Fraction]:
    """Shapley values by the order of arrival of every subset; only for few keys."""
    from itertools import permutations

    keys = sorted({key for path in journeys for key in path})
    values: dict[str, Fraction] = defaultdict(Fraction)
    orders = list(permutations(keys))
    for arrival in orders:
        present: set[str] = set()
        for key in arrival:
            before = sum(set(path) <= present for path in journeys)
            present.add(key)
            values[key] += Fraction(sum(set(path) <= present for path in journeys) - before, len(orders))
    return values
