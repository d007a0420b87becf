"""How long each page of the dashboard takes over a large published file.

    python -m benchmarks.pages [--influencers 5000] [--purchases 1000000] [--keep FOLDER] [--browser]

The marts are made by SQL, with the columns of dbt's contracts, and published as a run would. `server` is the
making of the page in Streamlit (AppTest, in this process) with no answer remembered, `again` with the answers
remembered, as the second reader of a version has them: medians of `--rounds`, in seconds. `CPU` is what
`server` takes of all cores together, which depends less on what else the machine does. With `--browser` a
Chromium follows the menu of a fresh server; `seen` is the time from the click until the server is done and
every chart and table is drawn, with no answer remembered, and `again` with them remembered. The first page of
all is apart: it reads the scripts too. Medians of `--rounds`, each with a fresh server and browser.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from streamlit.logger import set_log_level
from streamlit.testing.v1 import AppTest

from orchestration.lib.publish import RunFacts, publish
from tests.support.dashboard import chromium, follow, serve, settle
from tests.support.marts import Size, write_marts

#: Views, and what the address of the page says.
PAGES: dict[str, dict[str, str]] = {
    "executive": {},
    "executive, 90 days": {"period": "days", "days": "2025-10-01,2025-12-29"},
    "influencers": {},
    "influencer": {"influencer": "inf_00000"},
    "models": {},
    "journeys": {},
    "journeys, one person": {"person": ""},
    "budget": {},
    "data": {},
}
MENU = ("Influencers", "Models", "Journeys", "Budget", "Data", "Executive")
INFLUENCER = "influencer"
# A reader looks at a page before the next click.
REST_MS = 1500
_SCRIPT = """
import streamlit as st
from dashboards.parts.page import shown
from dashboards.views import {view} as module
st.session_state["pages"] = {{}}
shown(module.view)()
"""


def main() -> None:
    """Writes the file, measures, prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--influencers", type=int, default=5000)
    parser.add_argument("--purchases", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for the file, used again when it has one")
    parser.add_argument("--browser", action="store_true", help="measure in Chromium too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.keep or Path(scratch)
        size = Size(options.influencers, options.purchases, options.days)
        prepare(data, size)
        os.environ["ROI_DATA"] = str(data)
        set_log_level("ERROR")
        PAGES["journeys, one person"]["person"] = _somebody(data / "roi.duckdb")
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'page':<22}{'server':>8}{'CPU':>8}{'again':>8}   seconds")
        for page, query in PAGES.items():
            cold, busy, warm = measure(page.partition(",")[0], query, options.rounds)
            print(f"{page:<22}{cold:>8.2f}{busy:>8.2f}{warm:>8.2f}", flush=True)
        if options.browser:
            print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
            print(f"{'page':<22}{'seen':>8}{'again':>8}   seconds", flush=True)
            _browse(data, options.rounds)
            print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def _somebody(published: Path) -> str:
    with duckdb.connect(str(published), read_only=True) as connection:
        (found,) = connection.execute("select min(person_id) from marts.fct_conversions").fetchall()[0]
    return str(found)


def _browse(data: Path, rounds: int) -> None:
    from playwright.sync_api import sync_playwright

    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in (*MENU, INFLUENCER)}
    opened = []
    with sync_playwright() as playwright:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as scratch, serve(data, Path(scratch) / "log") as address:
                browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(120_000)
                opened.append(_timed(page, lambda page=page, address=address: _open(page, address)))
                passes = [_pass(page), _pass(page)]
                browser.close()
            for name, times in seen.items():
                times.append((passes[0][name], passes[1][name]))
    print(f"{'the first of all':<22}{statistics.median(opened):>8.2f}")
    for name, times in seen.items():
        first, second = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name.lower():<22}{first:>8.2f}{second:>8.2f}")


def _open(page: Any, address: str) -> None:
    page.goto(address)
    settle(page)


def _pass(page: Any) -> dict[str, float]:
    """Seconds of each page of the menu, and of one influencer's."""
    found = {}
    for name in MENU:
        found[name] = _timed(page, lambda name=name: follow(page, name))
        if name == "Influencers":
            found[INFLUENCER] = _timed(page, lambda: _choose_row(page))
    return found


def _choose_row(page: Any) -> None:
    # Cells are drawn on a canvas: the box to choose the first row is at its left.
    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 52})
    page.wait_for_function("location.pathname === '/influencer'")
    settle(page)


def _timed(page: Any, step: Callable[[], None]) -> float:
    began = time.perf_counter()
    step()
    took = time.perf_counter() - began
    page.wait_for_timeout(REST_MS)
    return took


def prepare(data: Path, size: Size) -> None:
    """A published file below `data`, unless there is one."""
    if (data / "roi.duckdb").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    write_marts(data / "warehouse.duckdb", size)
    report = publish(data / "warehouse.duckdb", data / "roi.duckdb", RunFacts("benchmark", {}))
    rows = sum(table.rows for table in report.tables)
    print(f"{rows:,} rows, {report.size_bytes / 1e6:,.0f} MB, in {time.perf_counter() - began:.0f} s")
    (data / "warehouse.duckdb").unlink()


def measure(view: str, query: dict[str, str], rounds: int) -> tuple[float, float, float]:
    """Seconds and CPU seconds without, and seconds with remembered answers; a page that fails stops all."""
    _run(view, query)
    cold, busy, warm = [], [], []
    for _ in range(rounds):
        _forget()
        began = time.process_time()
        cold.append(_run(view, query))
        busy.append(time.process_time() - began)
        warm.append(_run(view, query))
    return statistics.median(cold), statistics.median(busy), statistics.median(warm)


def _forget() -> None:
    from dashboards.parts import source

    source._answer.clear()


def _run(view: str, query: dict[str, str]) -> float:
    test = AppTest.from_string(_SCRIPT.format(view=view), default_timeout=120)
    for name, value in query.items():
        test.query_params[name] = value.split(",")
    began = time.perf_counter()
    test.run()
    took = time.perf_counter() - began
    if test.exception or test.error:
        raise SystemExit(f"{view}: {[one.value for one in (*test.exception, *test.error)]}")
    return took


if __name__ == "__main__":
    main()
