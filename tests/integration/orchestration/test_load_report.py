"""What the loader recorded, as people and checks read it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from dagster import AssetCheckSeverity

from orchestration.defs.ingestion.checks import quarantine_result
from orchestration.lib.ingestion import load_landing
from orchestration.lib.load_report import dataset_loads, quarantine_reasons

HEADER = "refund_id,order_id,refunded_at,amount\n"


@pytest.fixture
def connection(tmp_path: Path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield connection


def land(tmp_path: Path, connection: duckdb.DuckDBPyConnection, **files: str) -> None:
    folder = tmp_path / "landing" / "refunds" / "standard"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    load_landing(connection, tmp_path / "landing", b"a key of the tests", tmp_path / "quarantine")


def test_an_empty_database_has_nothing_to_report(connection: duckdb.DuckDBPyConnection) -> None:
    assert dataset_loads(connection) == {}
    assert quarantine_reasons(connection) == []


def test_rows_are_counted_by_dataset_and_reasons_by_frequency(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    good = "".join(f"r{n},o{n},2026-01-01T00:00:00,1.00\n" for n in range(6))
    bad = "r7,o7,never,1.00\nr8,o8,soon,1.00\nr9,,2026-01-01,1.00\n"
    land(tmp_path, connection, a=HEADER + good + bad, b="nothing,of,the,kind\n1,2,3,4\n")
    load = dataset_loads(connection)["refunds"]
    assert (load.files, load.files_quarantined) == (2, 1)
    assert (load.rows_loaded, load.rows_read - load.rows_duplicate - load.rows_quarantined) == (6, 6)
    assert load.last_loaded_at is not None
    assert abs((datetime.now(UTC).replace(tzinfo=None) - load.last_loaded_at).total_seconds()) < 60

    reasons = quarantine_reasons(connection, examples=1)
    assert [reason.rows for reason in reasons] == sorted((r.rows for r in reasons), reverse=True)
    times = next(reason for reason in reasons if reason.column == "refunded_at")
    assert (times.rows, times.files, len(times.examples)) == (2, 1, 1)
    assert times.examples[0].startswith("refunds/standard/a.csv:8")
    assert "never" in times.examples[0]


def test_a_corrected_file_leaves_the_quarantine(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    land(tmp_path, connection, a=HEADER + "r1,o1,never,1.00\n")
    assert dataset_loads(connection)["refunds"].quarantine_share == 1
    land(tmp_path, connection, a=HEADER + "r1,o1,2026-01-01,1.00\n")
    assert quarantine_reasons(connection) == []
    load = dataset_loads(connection)["refunds"]
    assert (load.files, load.rows_quarantined, load.quarantine_share) == (1, 0, 0)


@pytest.mark.parametrize(
    ("bad", "passed", "severity"),
    [
        (0, True, AssetCheckSeverity.WARN),
        (1, False, AssetCheckSeverity.WARN),
        (3, False, AssetCheckSeverity.ERROR),
    ],
)
def test_the_check_warns_and_fails_above_the_share(
    tmp_path: Path,
    connection: duckdb.DuckDBPyConnection,
    bad: int,
    passed: bool,
    severity: AssetCheckSeverity,
) -> None:
    rows = [f"r{n},o{n},{'never' if n < bad else '2026-01-01'},1.00" for n in range(100)]
    land(tmp_path, connection, a=HEADER + "\n".join(rows) + "\n")
    result = quarantine_result("refunds", dataset_loads(connection).get("refunds"), largest_share=0.02)
    assert (result.passed, result.severity) == (passed, severity)
    assert f"{bad} rows" in (result.description or "")


def test_a_dataset_without_files_passes() -> None:
    assert quarantine_result("clicks", None, 0.02).passed
