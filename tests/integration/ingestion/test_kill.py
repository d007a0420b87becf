"""A run that is killed at any instant, and run again, ends like a run that nothing happened to."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.support.ingestion import CLICKS, HASH_KEY, ORDERS, Landing

KILLS = 30
ROOT = Path(__file__).resolve().parents[3]
# The loads begin when the parent says so, so that its kills fall into them and not into the start of Python.
CHILD = f"""
import sys
from pathlib import Path
import duckdb
from orchestration.lib.ingestion import load_landing
folder = Path(sys.argv[1])
con = duckdb.connect(str(folder / 'warehouse.duckdb'))
print('ready', flush=True)
load_landing(con, folder / 'landing', {HASH_KEY!r}, folder / 'quarantine')
con.close()
print('done', flush=True)
"""


def fill(landing: Landing) -> None:
    """A dozen files of every kind of fate, with fixed dates, so that versions are the same in every run."""
    for n in range(6):
        rows = "".join(f"e{n}-{i},2024-01-{i % 28 + 1:02d},v{i % 50},page_view\n" for i in range(2000))
        landing.put(f"clicks/standard/sound{n}.csv{'.gz' if n % 2 else ''}", CLICKS + rows, mtime=1000 + n)
    for n in range(3):
        rows = "".join(f"o{n}-{i},2024-01-01,USD,{i - 2}.00\n" for i in range(300))
        landing.put(f"orders/standard/some_bad{n}.csv", ORDERS + rows, mtime=2000 + n)
    landing.put(
        "orders/standard/copy.csv", (landing.folder / "orders/standard/some_bad0.csv").read_bytes(), mtime=5
    )
    landing.put("orders/standard/refused.csv", "no such header\n", mtime=3000)
    refund = '{"id": %d, "created_at": "2024-01-02", "transactions": [{"kind": "refund", "amount": "1"}]}'
    order = (
        '{"id": %d, "created_at": "2024-01-01", "currency": "USD", "subtotal_price": "5.00",'
        f' "refunds": [{refund}]}}'
    )
    landing.put("orders/shopify_api/o.jsonl", "\n".join(order % (i, i) for i in range(500)), mtime=3001)


def content(warehouse: Path) -> dict[str, list[tuple]]:
    """Every raw table as a multiset, without what may differ: when it was loaded, and under which file id."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        found = {}
        for (table,) in tables:
            columns = [row[0] for row in con.execute(f"describe raw.{table}").fetchall()]
            kept = [
                c
                for c in columns
                if c not in ("_file_id", "file_id", "loaded_at", "seconds", "quarantined_at")
            ]
            found[table] = con.execute(f"select {', '.join(kept)} from raw.{table} order by all").fetchall()
        return found


def start(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def run_undisturbed(folder: Path) -> float:
    """One whole run; returns how long the loading took."""
    child = start(folder)
    started = time.monotonic()
    out, _ = child.communicate()
    assert (child.returncode, out) == (0, "done\n")
    return time.monotonic() - started


@pytest.mark.slow
def test_kills_at_random_instants_leave_no_trace(tmp_path: Path):
    expected_folder, killed_folder = tmp_path / "expected", tmp_path / "killed"
    for folder in (expected_folder, killed_folder):
        fill(Landing(folder))
    seconds = run_undisturbed(expected_folder)
    expected = content(expected_folder / "warehouse.duckdb")
    assert len(expected["load_log"]) == 11 and expected["clicks"] and expected["quarantine"]

    chance = random.Random(20240301)
    hits = rounds = 0
    warehouse = killed_folder / "warehouse.duckdb"
    while hits < KILLS:
        rounds += 1
        assert rounds < 4 * KILLS, "the kills keep missing the loads"
        child = start(killed_folder)
        time.sleep(chance.uniform(0, seconds / 3))
        child.send_signal(signal.SIGKILL)
        out, _ = child.communicate()
        if "done" in out:
            # The run was faster: begin again with an empty warehouse, to have something to interrupt.
            assert content(warehouse) == expected
            warehouse.unlink()
        else:
            hits += 1
    run_undisturbed(killed_folder)
    assert content(warehouse) == expected
    assert not (killed_folder / "quarantine" / ".staging").exists()
    files = {path.name: path.read_text() for path in (killed_folder / "quarantine").iterdir()}
    whole = {path.name: path.read_text() for path in (expected_folder / "quarantine").iterdir()}
    assert files.keys() == whole.keys()
