"""The runs that a warehouse remembers, and which one somebody means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

DATASETS = ("clicks", "orders", "order_lines", "refunds", "contacts")
REGISTRY = (
    "influencers",
    "campaigns",
    "partnerships",
    "deliverables",
    "tracking_links",
    "promo_codes",
    "costs",
)


class ChangesError(RuntimeError):
    """There is nothing to compare, or no such run; the message says what there is."""


@dataclass(frozen=True)
class RunRow:
    """A complete run.

    Attributes:
        number: 1 for the first that is remembered.
        built_at: when it began (UTC, naive).
        model: the attribution model that changes are told by.
        seeds: content hash of each registry and reference table.
        through: id of the last landing file that it took in.
        loaded: rows loaded so far by dataset.
        people: people that identity knows.
    """

    number: int
    run_id: str
    built_at: datetime
    model: str
    settings: dict[str, Any]
    code: str
    seeds: dict[str, str]
    through: int
    loaded: dict[str, int]
    people: int


def read_runs(connection: duckdb.DuckDBPyConnection) -> list[RunRow]:
    """All runs, the first one first.

    Raises:
        ChangesError: the warehouse remembers none.
    """
    loaded = ", ".join(f"{name}_loaded" for name in DATASETS)
    try:
        rows = connection.execute(
            f"select run_id, built_at, decision_model, settings, code_hash, seed_hashes, "
            f"built_through_file_id, people, {loaded} from history.hist_runs order by built_at, run_id"
        ).fetchall()
    except duckdb.CatalogException:
        rows = []
    if not rows:
        raise ChangesError("This warehouse remembers no run yet: each `roi run` leaves a snapshot.")
    return [
        RunRow(
            number, row[0], row[1], row[2], json.loads(row[3]), row[4], json.loads(row[5]), row[6],
            dict(zip(DATASETS, row[8:], strict=True)), row[7],
        )
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip


def find_run(runs: Sequence[RunRow], since: str | None) -> RunRow:
    """The run to compare the last one with.

    Args:
        runs: all runs.
        since: a run's number or the beginning of its id; a date or time (UTC without an offset), which means
            the last run before it, or the first one there is; None: the run before the last.

    Raises:
        ChangesError: no such run, or it is the last one.
    """
    if len(runs) < 2:
        raise ChangesError("There is one run only, so there is nothing to compare it with. Run again.")
    found = runs[-2] if since is None else _named(runs, since.strip())
    if found is None:
        raise ChangesError(
            f"{since!r} is no date such as {runs[0].built_at:%Y-%m-%d} and no run: there are runs 1 to "
            f"{len(runs)}; `roi changes --runs` lists them."
        )
    if found is runs[-1]:
        raise ChangesError(f"Run {found.number} is the last one; nothing can have changed since.")
    return found


def _named(runs: Sequence[RunRow], since: str) -> RunRow | None:
    if since.isdigit() and 1 <= int(since) <= len(runs):
        return runs[int(since) - 1]
    ids = [run for run in runs if run.run_id.startswith(since)]
    if len(since) >= 4 and len(ids) == 1:
        return ids[0]
    # Of eight digits fromisoformat makes a date; whoever types digits means a run.
    if since.isdigit():
        return None
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    earlier = [run for run in runs if run.built_at < moment]
    return earlier[-1] if earlier else runs[0]
