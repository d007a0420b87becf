"""What is configured, found and missing: the first thing to look at when a run does not do what it should."""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from orchestration.lib.load_report import dataset_loads, quarantine_reasons
from orchestration.lib.publish import READABLE_FROM, RUN_TABLE, SCHEMA
from orchestration.lib.registry import Severity, check_registry, read_registry
from orchestration.lib.settings import SPARK, SPARK_SESSION, Settings, SettingsError
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.warehouse import WarehouseError, open_warehouse

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "dagster-dbt")
SUPPORTED = ((3, 11), (3, 13))
STALE_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class Fact:
    """One finding: `ok` is True, False for what stops a run, None for what a person may want to know."""

    name: str
    ok: bool | None
    text: str


def diagnose(env: Mapping[str, str]) -> list[Fact]:
    """All facts, without changing anything."""
    facts = [_python(), *_packages()]
    try:
        settings = Settings.from_env(env, create=False)
    except SettingsError as error:
        return [*facts, Fact("settings", False, str(error)), _java("duckdb")]
    facts += _settings(settings)
    facts += _landing(settings)
    facts.append(_registry(settings.registry))
    facts += _warehouse(settings)
    facts.append(_published(settings.published))
    facts.append(_java(settings.target))
    return facts


def _python() -> Fact:
    ok = SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]
    return Fact("python", ok, f"{platform.python_version()} in {sys.prefix} (3.11 to 3.13 are supported)")


def _packages() -> Iterator[Fact]:
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    yield Fact("packages", not missing, ", ".join(found + [f"{name} is missing" for name in missing]))


def _settings(settings: Settings) -> Iterator[Fact]:
    yield Fact("ROI_LANDING", True, str(settings.landing))
    yield Fact("ROI_REGISTRY", True, str(settings.registry))
    exists = "" if settings.data.exists() else " (will be created)"
    yield Fact("ROI_DATA", True, f"{settings.data}{exists}")
    yield Fact("ROI_TARGET", True, settings.target)
    overrides = ", ".join(f"{name} = {value}" for name, value in settings.vars.items())
    yield Fact("ROI_VARS", True, overrides or "no overrides")
    if settings.hash_key:
        yield Fact("hash key", True, "there is one")
    else:
        yield Fact("hash key", None, "none yet; the first run generates one")


def _landing(settings: Settings) -> Iterator[Fact]:
    from orchestration.lib.ingestion.landing import discover

    files = discover(settings.landing)
    if not files:
        yield Fact("landing", None, "no files: <dataset>/<format>/<file> is where they belong")
    folders = Counter((file.dataset, file.format_name) for file in files if not file.problem)
    for (dataset, name), number in sorted(folders.items()):
        size = sum(
            file.path.stat().st_size
            for file in files
            if not file.problem and (file.dataset, file.format_name) == (dataset, name)
        )
        yield Fact("landing", True, f"{dataset}/{name}: {number} files, {size / 1e6:.1f} MB")
    for file in files:
        if file.problem:
            yield Fact("landing", None, f"{file.relative}: {file.problem}")


def _registry(folder: Path) -> Fact:
    registry, _ = read_registry(folder)
    findings = check_registry(folder)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    rows = ", ".join(f"{len(sheet.rows)} {name}" for name, sheet in registry.sheets.items())
    text = f"{rows or 'no tables'}; {len(errors)} errors, {len(findings) - len(errors)} warnings"
    if findings:
        text += f"; first: {findings[0]}"
    return Fact("registry", not errors, text)


def _warehouse(settings: Settings) -> Iterator[Fact]:
    try:
        with open_warehouse(settings) as connection:
            loads = dataset_loads(connection)
            reasons = quarantine_reasons(connection, examples=0)
    except WarehouseError as error:
        yield Fact("warehouse", None, str(error))
        return
    size = settings.warehouse.stat().st_size / 1e6
    rows = ", ".join(f"{load.rows_loaded:,} {name}" for name, load in loads.items())
    yield Fact("warehouse", True, f"{settings.warehouse}, {size:.1f} MB; loaded: {rows or 'nothing'}")
    quarantined = sum(reason.rows for reason in reasons)
    if quarantined:
        yield Fact("quarantine", None, f"{quarantined:,} rows; `roi quarantine` says why")


def _published(published: Path) -> Fact:
    if not published.is_file():
        return Fact("published", None, f"no {published} yet; `roi run` publishes it")
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            rows = connection.execute(f"select run_id, published_at from {SCHEMA}.{RUN_TABLE}").fetchall()
    except duckdb.Error as error:
        return Fact("published", False, f"{published} cannot be read: {error}")
    run_id, published_at = rows[0]
    age = datetime.now(UTC).replace(tzinfo=None) - published_at
    text = (
        f"{published}, run {run_id}, {_age(age)} old, readable from DuckDB {READABLE_FROM.removeprefix('v')}"
    )
    return Fact("published", True if age < STALE_AFTER else None, text)


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def _java(target: str) -> Fact:
    """Only a cluster on this machine needs Java; a Spark elsewhere has its own."""
    try:
        return Fact("java", True, str(find_java()))
    except SparkError as error:
        return Fact(
            "java",
            None,
            str(error)
            if target in (SPARK, SPARK_SESSION)
            else "none that Spark can use; nothing else needs it",
        )
