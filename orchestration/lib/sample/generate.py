"""Write a whole world: landing files, registry and truth."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from orchestration.lib.sample import web
from orchestration.lib.sample.checkout import fill_baskets, order_visits
from orchestration.lib.sample.click_rows import click_table
from orchestration.lib.sample.config import CHUNK_PEOPLE, FILE_FORMATS, MODEL, World
from orchestration.lib.sample.crm import contact_versions, draw_contacts, survey_answers
from orchestration.lib.sample.deals import plan_roster
from orchestration.lib.sample.demand import draw_demand
from orchestration.lib.sample.entries import arrive
from orchestration.lib.sample.events import SECOND, expand
from orchestration.lib.sample.exposure import Plan, draw_exposures, draw_follows, plan_arrays
from orchestration.lib.sample.fx import Rates
from orchestration.lib.sample.ids import Ids
from orchestration.lib.sample.money import PAID, REFUNDED, price_orders
from orchestration.lib.sample.noise import add_noise
from orchestration.lib.sample.order_rows import (
    OrderRecords,
    line_table,
    order_versions,
    refund_table,
)
from orchestration.lib.sample.people import Floats, Ints, day_edges, draw_people
from orchestration.lib.sample.periods import Periods
from orchestration.lib.sample.registry import registry_tables
from orchestration.lib.sample.roster import Roster
from orchestration.lib.sample.tables import stack
from orchestration.lib.sample.text import csv_header, csv_lines
from orchestration.lib.sample.truth import Tally, count_exposures, influencer_table, truth_table
from orchestration.lib.sample.writers import Dataset

#: Formats of the datasets in a `mixed` world, so that a sample shows several.
MIXED = {
    "clicks": "csv.gz",
    "orders": "jsonl.gz",
    "order_lines": "parquet",
    "refunds": "csv",
    "contacts": "csv",
}

#: Called with people done and people in all after each chunk.
Progress = Callable[[int, int], None]


@dataclass
class SampleReport:
    """What was written."""

    out: Path
    people: int
    days: int
    seed: int
    halo: bool
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    influencers: int = 0
    orders: int = 0
    seconds: float = 0.0


@dataclass
class _World:
    """What all chunks share while a world is written."""

    world: World
    roster: Roster
    plan: Plan
    queries: web.Queries
    rates: Rates
    edges: Floats
    ids: Ids
    tally: Tally
    datasets: dict[str, Dataset]
    periods: Periods
    months: Periods
    commissions: dict[tuple[int, str], int] = field(default_factory=dict)
    events: int = 0
    orders: int = 0


def write_sample(
    out: Path,
    people: int,
    days: int,
    seed: int,
    *,
    halo: bool = True,
    file_format: str = "mixed",
    halo_strength: float = 1.0,
    roster_seed: int | None = None,
    tail_days: int = 0,
    on_progress: Progress | None = None,
) -> SampleReport:
    """Write a world whose truth is known: `landing/`, `registry/` and the `truth*.csv` files in `out`.

    The same arguments write the same bytes.

    - `halo=False` leaves out every effect of a post that no click and no code can show.
    - `halo_strength` multiplies the chance of such effects, to see from where on an estimate finds them.
    - `file_format` is one of `mixed`, `csv`, `csv.gz`, `jsonl`, `jsonl.gz`, `parquet`, for all datasets.
    - `roster_seed` fixes influencers and posts apart from the people (default: `seed`).
    - The last `tail_days` days go to a file each instead of their month's, to show incremental loads.
    - `on_progress(done, people)` is called after each chunk of people.

    Raises `ValueError` on arguments out of range and where `out` has a world already, `RatesError` where the
    project's exchange rates do not reach back far enough.
    """
    if file_format not in FILE_FORMATS:
        raise ValueError(f"file_format is {file_format!r}; use one of {', '.join(FILE_FORMATS)}")
    world = World(people, days, seed, halo, roster_seed, halo_strength)
    if not 0 <= tail_days < days:
        raise ValueError(f"tail_days is {tail_days}; use 0 to {days - 1}")
    landing, registry = out / "landing", out / "registry"
    for folder in (landing, registry):
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty; choose another folder or remove it")
    begun = time.monotonic()
    shared = _prepare(world, landing, file_format, tail_days)
    registry.mkdir(parents=True, exist_ok=True)
    with (out / "truth.csv").open("wb") as truth:
        for number, first in enumerate(range(0, people, CHUNK_PEOPLE)):
            size = min(CHUNK_PEOPLE, people - first)
            table = _write_chunk(shared, number, first, size)
            if number == 0:
                truth.write(csv_header(table.column_names))
            truth.write(csv_lines(table))
            if on_progress is not None:
                on_progress(first + size, people)
    for dataset in shared.datasets.values():
        dataset.close()
    tables, costs = registry_tables(shared.roster, shared.commissions, shared.rates)
    for name, table in tables.items():
        _write_csv(registry / f"{name}.csv", table)
    _write_csv(out / "truth_influencers.csv", influencer_table(shared.roster, shared.tally, costs))
    return SampleReport(
        out=out,
        people=people,
        days=days,
        seed=seed,
        halo=halo,
        rows={name: dataset.rows for name, dataset in shared.datasets.items()},
        files={name: len(dataset.files) for name, dataset in shared.datasets.items()},
        influencers=len(shared.roster.influencers),
        orders=shared.orders,
        seconds=time.monotonic() - begun,
    )


def _prepare(world: World, landing: Path, file_format: str, tail_days: int) -> _World:
    rates = Rates.load(world)
    roster = plan_roster(world)
    plan = plan_arrays(roster)
    datasets = {
        name: Dataset(landing / name / "standard", mixed if file_format == "mixed" else file_format)
        for name, mixed in MIXED.items()
    }
    return _World(
        world=world,
        roster=roster,
        plan=plan,
        queries=web.Queries.of(roster),
        rates=rates,
        edges=day_edges(world),
        ids=Ids(world),
        tally=Tally(len(roster.influencers)),
        datasets=datasets,
        periods=Periods.of(world, tail_days),
        months=Periods.of(world),
    )


def _write_csv(path: Path, table: pa.Table) -> None:
    path.write_bytes(csv_header(table.column_names) + csv_lines(table))


def _write_chunk(shared: _World, number: int, first: int, size: int) -> pa.Table:
    """Simulate one chunk of people, write its rows, and return its truth."""
    world, plan, roster, ids = shared.world, shared.plan, shared.roster, shared.ids
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(world.seed, spawn_key=(1, number))))
    people = draw_people(rng, first, size)
    follows = draw_follows(rng, people, plan)
    exposures = draw_exposures(rng, people, plan, world, follows)
    browsing, orders, contact_at = draw_demand(rng, people, plan, world, exposures, shared.edges)
    orders, baskets = fill_baskets(rng, people, plan, roster, follows, orders, contact_at)
    visits = stack([browsing, *order_visits(rng, people, orders, baskets, contact_at)])
    money = price_orders(rng, people, roster, orders, baskets)
    arrivals = arrive(rng, people, roster, world, shared.queries, visits)
    clicks, shop = expand(rng, people, plan, world, visits, orders, baskets, money.total, arrivals)
    clicks, event = add_noise(rng, people, world, shared.queries, clicks)

    survey = survey_answers(rng, plan, roster, orders, MODEL.survey)
    has_email = ~people.guest[orders.person] | (rng.random(len(orders.at)) < 0.95)
    records = OrderRecords(people, orders, baskets, money, shop, shared.orders, survey, has_email)
    event = np.where(event >= 0, event + shared.events, -1)
    click_rows = click_table(ids, people, shared.queries, clicks, event, shared.orders)
    counted = (money.status == PAID) | (money.status == REFUNDED)
    contacts = draw_contacts(people, visits, orders, baskets.device, counted)
    _put(shared, "clicks", click_rows, (clicks.at - world.start_us) // SECOND)
    _put(shared, "orders", *order_versions(ids, roster, records))
    _put(shared, "order_lines", *line_table(ids, records))
    _put(shared, "refunds", *refund_table(ids, records))
    _put(shared, "contacts", *contact_versions(rng, ids, people, plan, roster, visits, records, contacts))
    truth, revenue = truth_table(ids, plan, roster, records, shared.rates, shared.tally)
    count_exposures(plan, shared.tally, exposures, visits)
    _invoice(shared, records, revenue)
    shared.events += len(event)
    shared.orders += len(orders.at)
    return truth


def _put(shared: _World, name: str, table: pa.Table, seconds: Ints) -> None:
    shared.datasets[name].write(table, shared.periods.number(seconds), shared.periods.labels)


def _invoice(shared: _World, records: OrderRecords, revenue: Ints) -> None:
    """Net revenue of redeemed codes by owner and month: the base of commission invoices."""
    numbers, labels = shared.months.number(records.orders.at), shared.months.labels
    rows = np.flatnonzero(records.baskets.code >= 0)
    owner = np.array([code.influencer.index for code in shared.roster.codes], dtype=np.int64)
    key = owner[records.baskets.code[rows]] * len(labels) + numbers[rows]
    sums = np.rint(np.bincount(key, weights=revenue[rows].astype(np.float64))).astype(np.int64)
    for place in np.flatnonzero(sums):
        who, month = divmod(int(place), len(labels))
        shared.commissions[who, labels[month]] = shared.commissions.get((who, labels[month]), 0) + int(
            sums[place]
        )
