"""The results of link checks as a table with history: one Parquet file a check run, below `ROI_DATA`.

DuckDB and everything else reads it as one table: `select * from 'data/link_checks/*.parquet'`.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.lib.links.checker.check import Check

FOLDER = "link_checks"

# Column, type and meaning, in the order of the table.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("check_run_id", "varchar", "All rows of one `roi links check`."),
    ("checked_at", "timestamp", "When the check of this link began, UTC."),
    ("link_id", "varchar", "The link, as in tracking_links."),
    ("influencer_id", "varchar", "Whose it is."),
    ("campaign_id", "varchar", "Its campaign, null without one."),
    ("agent", "varchar", "The browser that it was followed as."),
    ("start_url", "varchar", "What was followed: the short link, or the tracked address."),
    ("final_url", "varchar", "Where the way ended."),
    ("final_status", "integer", "The HTTP status there, null without an answer."),
    ("hops", "integer", "Pages on the way, the first included."),
    ("seconds", "double", "Time of all answers together."),
    ("outcome", "varchar", "ok, warning or error."),
    ("problems", "varchar", "JSON list of code, severity, hop, parameter, message, mend."),
    ("way", "varchar", "JSON list of url, status, by, seconds: every hop."),
)


@dataclass(frozen=True)
class CheckRow:
    """One row of the table; see `COLUMNS`."""

    check_run_id: str
    checked_at: datetime
    link_id: str
    influencer_id: str
    campaign_id: str | None
    agent: str
    start_url: str
    final_url: str
    final_status: int | None
    hops: int
    seconds: float
    outcome: str
    problems: str
    way: str

    def messages(self) -> list[str]:
        """The problems as sentences."""
        return [f"{each['message']} {each['mend']}" for each in json.loads(self.problems)]


def save(data: Path, checks: Iterable[Check]) -> str | None:
    """Adds the results of one check run to the table; returns its id, None without results.

    The file is renamed into place when it is complete: a reader never sees half of it.
    """
    rows = list(checks)
    if not rows:
        return None
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    begun = min(check.checked_at for check in rows)
    run_id = f"{begun:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    # The ending keeps half a file out of `*.parquet`.
    aside = folder / f".{run_id}.{os.getpid()}.tmp"
    columns = ", ".join(f"{name} {kind}" for name, kind, _ in COLUMNS)
    marks = ", ".join("?" for _ in COLUMNS)
    try:
        with duckdb.connect() as connection:
            connection.execute(f"create table checks ({columns})")
            connection.executemany(
                f"insert into checks values ({marks})", [_values(run_id, row) for row in rows]
            )
            connection.execute("copy checks to $file (format parquet)", {"file": str(aside)})
        os.replace(aside, folder / f"{run_id}.parquet")
    finally:
        aside.unlink(missing_ok=True)
    return run_id


def _values(run_id: str, check: Check) -> list[object]:
    problems = [
        {
            "code": problem.code,
            "severity": problem.severity.value,
            "hop": problem.hop,
            "parameter": problem.parameter,
            "message": problem.message,
            "mend": problem.mend,
        }
        for problem in check.problems
    ]
    way = [
        {"url": hop.url, "status": hop.status, "by": hop.by, "seconds": round(hop.seconds, 3)}
        for hop in check.chain.hops
    ]
    link, last = check.link, check.chain.last
    return [
        run_id,
        check.checked_at.astimezone(UTC).replace(tzinfo=None),
        link.link_id,
        link.influencer_id,
        link.campaign_id,
        check.agent,
        check.start,
        last.url,
        last.status,
        len(check.chain.hops),
        round(sum(hop.seconds for hop in check.chain.hops), 3),
        check.outcome,
        json.dumps(problems, ensure_ascii=False),
        json.dumps(way, ensure_ascii=False),
    ]


def read_history(data: Path, link_id: str | None = None) -> list[CheckRow]:
    """All results, the newest first; of one link where it is given. Empty before the first check."""
    return _read(data, "where $link is null or link_id = $link", {"link": link_id})


def read_latest(data: Path) -> list[CheckRow]:
    """The newest result of each link and browser, worst first, then by link and browser."""
    newest = (
        "qualify row_number() over (partition by link_id, agent order by checked_at desc, check_run_id) = 1"
    )
    order = "case outcome when 'error' then 0 when 'warning' then 1 else 2 end, link_id, agent"
    return _read(data, newest, {}, order)


def _read(
    data: Path, condition: str, values: dict[str, object], order: str = "checked_at desc, link_id, agent"
) -> list[CheckRow]:
    files = sorted(str(file) for file in (data / FOLDER).glob("*.parquet"))
    if not files:
        return []
    names = ", ".join(name for name, _, _ in COLUMNS)
    query = f"select {names} from read_parquet($files, union_by_name = true) {condition} order by {order}"
    with duckdb.connect() as connection:
        found = connection.execute(query, {"files": files, **values}).fetchall()
    return [CheckRow(*row) for row in found]
