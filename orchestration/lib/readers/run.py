"""What stands beside every figure: model, window, currency, and which run it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orchestration.lib.publish import META_SCHEMA, RUN_TABLE
from orchestration.lib.readers.database import Reader

FALLBACK_MODEL = "position_based"
DEFAULT_INTERVAL_PCT = 90


@dataclass(frozen=True)
class Run:
    """The run that published the file, and the settings its figures depend on.

    Attributes:
        version: number of the version; None in files from before versions.
        published_at: UTC, naive.
        window_days: how long before a purchase a touch may get credit; None where the file does not say.
        decision_model: the model that recommendations go by, which is what pages begin with.
        models: the attribution models of the file, in alphabetical order.
        first_day, last_day: first and last purchase; None without purchases.
    """

    run_id: str
    published_at: datetime
    version: int | None
    currency: str
    timezone: str
    window_days: float | None
    decision_model: str
    interval_pct: float
    models: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def read_run(reader: Reader) -> Run:
    """The facts about the run; what an older file does not say has the project's default."""
    row = reader.query(f"select * from {RUN_TABLE} limit 1").dicts()
    about = row[0] if row else {}
    settings = read_settings(reader)
    hours = about.get("attribution_window_hours")
    models: tuple[str, ...] = ()
    if reader.has("mart_influencer_roi"):
        models = tuple(
            reader.query("select distinct attribution_model from mart_influencer_roi order by 1").column(
                "attribution_model"
            )
        )
    wanted = str(settings.get("decision_model") or FALLBACK_MODEL)
    first, last = _days(reader)
    return Run(
        run_id=str(about.get("run_id") or "unknown"),
        published_at=about.get("published_at") or datetime.min,
        version=about.get("version"),
        currency=str(about.get("reporting_currency") or settings.get("reporting_currency") or "USD"),
        timezone=str(about.get("reporting_timezone") or settings.get("reporting_timezone") or "UTC"),
        window_days=hours / 24 if hours is not None else None,
        decision_model=wanted if wanted in models or not models else models[0],
        interval_pct=float(settings.get("interval_pct") or DEFAULT_INTERVAL_PCT),
        models=models,
        first_day=first,
        last_day=last,
    )


def read_settings(reader: Reader) -> dict[str, Any]:
    """The settings of the run by name; empty where the file does not say."""
    if not reader.has("settings", "name", "value", schema=META_SCHEMA):
        return {}
    rows = reader.query(f"select name, value from roi.{META_SCHEMA}.settings").rows
    return {name: json.loads(value) for name, value in rows}


def _days(reader: Reader) -> tuple[date | None, date | None]:
    if not reader.has("fct_conversions", "converted_at", "conversion_type"):
        return None, None
    return reader.query(
        "select min(converted_at)::date, max(converted_at)::date from fct_conversions "
        "where conversion_type = 'purchase'"
    ).rows[0][:2]
