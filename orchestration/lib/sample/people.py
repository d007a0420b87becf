"""People: what they like, what they own, and how they shop. One chunk at a time, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.lib.sample import names
from orchestration.lib.sample.config import DAY, HOUR, MODEL, World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PHONE, LAPTOP, IN_APP = 0, 1, 2

#: Relative number of visits in each local hour of a day, and on each weekday from Monday.
HOURS = np.array(
    [9, 5, 3, 2, 2, 3, 8, 17, 25, 29, 31, 35, 43, 38, 33, 32, 34, 40, 48, 58, 66, 63, 45, 22],
    dtype=np.float64,
)
WEEKDAYS = np.array([1.04, 1.0, 0.97, 0.98, 0.95, 1.08, 1.22])


@dataclass(frozen=True)
class People:
    """One chunk; every array has one value a person. `first` is the number of people in the chunks before."""

    first: int
    size: int
    country: Ints
    shift: Floats  # seconds from UTC
    taste: Ints
    second_taste: Ints
    propensity: Floats
    curiosity: Floats
    has_laptop: Bools
    laptop_share: Floats
    clear_days: Floats  # (people, devices): days between losses of the cookie
    clear_phase: Floats
    denied: Bools
    silent: Bools  # never answers the consent banner
    guest: Bools
    hunter: Bools
    rate: Floats  # repeat purchases a day while a customer
    dropout: Floats
    spend: Floats  # mean order value
    name: Ints


def draw_people(rng: np.random.Generator, first: int, size: int) -> People:
    """Draw the latent attributes of `size` people."""
    country = _pick(rng, np.array([place[1] for place in names.COUNTRIES]), size)
    shift = np.array([place[2] for place in names.COUNTRIES], dtype=np.float64)[country] * HOUR
    taste = rng.integers(0, len(names.NICHES), size)
    has_laptop = rng.random(size) < 0.68
    long_lived = rng.random((size, 3)) < np.array([0.55, 0.6, 0.3])
    return People(
        first=first,
        size=size,
        country=country,
        shift=shift,
        taste=taste,
        second_taste=(taste + rng.integers(1, len(names.NICHES), size)) % len(names.NICHES),
        propensity=rng.gamma(1.2, 1 / 1.2, size),
        curiosity=rng.gamma(0.7, 1 / 0.7, size),
        has_laptop=has_laptop,
        laptop_share=np.where(has_laptop, rng.beta(2.0, 2.4, size), 0.0),
        clear_days=np.where(long_lived, 4_000.0, rng.uniform(7, 70, (size, 3))),
        clear_phase=rng.random((size, 3)),
        denied=rng.random(size) < MODEL.denied,
        silent=rng.random(size) < 0.12,
        guest=rng.random(size) < MODEL.guest,
        hunter=rng.random(size) < MODEL.hunter,
        rate=rng.gamma(MODEL.repeat_r, 1 / MODEL.repeat_alpha_days, size),
        dropout=rng.beta(MODEL.dropout_a, MODEL.dropout_b, size),
        spend=MODEL.spend_p * MODEL.spend_v / rng.gamma(MODEL.spend_q, 1.0, size),
        name=rng.integers(0, len(names.FIRST_NAMES) * len(names.LAST_NAMES), size),
    )


def _pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Positions drawn with the weights."""
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, rng.random(size), side="right"), len(weights) - 1)


def pick_rows(rng: np.random.Generator, weights: Floats, rows: Ints) -> Ints:
    """For each entry of `rows`, a column drawn with the weights in that row of the table."""
    edges = np.cumsum(weights, axis=1)
    edges /= edges[:, -1:]
    draws = rng.random(len(rows))
    picked = (draws[:, None] >= edges[rows]).sum(axis=1)
    return np.minimum(picked, weights.shape[1] - 1)


def day_edges(world: World) -> Floats:
    """Cumulated share of visits by day: weekdays, a slow season, and slight growth."""
    days = np.arange(world.days)
    weekday = (days + world.start.weekday()) % 7
    season = 1 + 0.10 * np.sin(2 * np.pi * (days + world.start.timetuple().tm_yday) / 365.25)
    weights = WEEKDAYS[weekday] * season * (1 + 0.15 * days / 365)
    edges = np.cumsum(weights)
    return edges / edges[-1]


def time_of_day(rng: np.random.Generator, shift: Floats) -> Floats:
    """Seconds after the UTC midnight at which somebody `shift` seconds ahead of UTC is awake and online."""
    hour = _pick(rng, HOURS, len(shift))
    return (hour * HOUR + np.floor(rng.random(len(shift)) * HOUR) - shift) % DAY


def random_times(rng: np.random.Generator, edges: Floats, shift: Floats) -> Floats:
    """Times of visits with the world's daily and hourly rhythm."""
    days = np.minimum(np.searchsorted(edges, rng.random(len(shift)), side="right"), len(edges) - 1)
    return days * DAY + time_of_day(rng, shift)


def later(rng: np.random.Generator, at: Floats, delay: Floats, shift: Floats) -> Floats:
    """A time about `delay` after `at` at which the person is awake, never before `at`.

    Whole seconds: the last bit of a platform's exponential then never decides about a microsecond.
    """
    aim = np.floor(at + delay)
    moved = np.floor(aim / DAY) * DAY + time_of_day(rng, shift)
    near = delay < 3 * HOUR
    return np.where(near | (moved <= at), np.maximum(aim, np.floor(at) + 60), moved)


def epochs(people: People, person: Ints, device: Ints, at: Floats) -> Ints:
    """How often the device has lost its cookie until `at`."""
    period = people.clear_days[person, device]
    return np.floor(at / DAY / period + people.clear_phase[person, device]).astype(np.int64)


def choose_device(rng: np.random.Generator, people: People, person: Ints) -> Ints:
    """Phone or laptop, by the person's habit."""
    return np.where(rng.random(len(person)) < people.laptop_share[person], LAPTOP, PHONE)
