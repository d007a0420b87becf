"""The published file under an open page: replaced, gone, broken, older, newer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.browser.conftest import HOSTILE, Dashboard
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def published(dashboard: Dashboard, tmp_path: Path) -> Iterator[Path]:
    """The file that the dashboard reads; as it was, after the test."""
    file = dashboard.data / "roi.duckdb"
    kept = tmp_path / "kept.duckdb"
    shutil.copy2(file, kept)
    yield file
    os.replace(kept, file)


def test_a_page_shows_the_new_version_at_the_next_step(
    new_page: Any, dashboard: Dashboard, published: Path
) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/models")
    assert "version 1" in watched.caption()
    # Other tests have published versions beside it.
    report = publish_run(dashboard.data.parent / "warehouse.duckdb", published, "run-2")
    watched.page.get_by_role("combobox", name="Attribution model").click()
    watched.page.get_by_role("option", name="Linear", exact=True).click()
    watched.page.wait_for_function("location.search.includes('model=linear')")
    watched.settle()
    assert report.version > 1 and watched.caption().endswith(f"version {report.version}")
    assert watched.problems == []


def test_whatever_is_wrong_with_the_file_is_said_in_a_sentence(
    new_page: Any, dashboard: Dashboard, published: Path, tmp_path: Path
) -> None:
    watched = new_page()

    def said() -> str:
        watched.open(f"{dashboard.address}/")
        return str(watched.text())

    published.unlink()
    assert "There is no" in said() and "make run" in watched.text()
    published.write_bytes(b"this is no database" * 1000)
    assert "cannot be read" in said() and "make run" in watched.text()
    published.unlink()
    duckdb.connect(str(published)).close()
    assert "not one that this project published" in said()

    old = tmp_path / "old.duckdb"
    with duckdb.connect(str(old)) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.published_run as
                select 'run-0' as run_id, timestamp '2025-01-01' as published_at;
            create table marts.dim_influencers as
                select 'a' as influencer_id, 'Ann' as influencer_name, '@a' as handle, 'micro' as tier,
                    'home' as niche;
            create table marts.mart_influencer_roi as
                select
                    'a' as influencer_id, 'Ann' as influencer_name, 'linear' as attribution_model,
                    5::decimal(18, 2) as attributed_revenue, 4::decimal(18, 2) as total_cost,
                    1.0 as conversions, 1.0 as new_customers, 25.0 as roi_pct;
            """
        )
    os.replace(old, published)
    assert "influencers earned more than they cost" in said()
    assert "does not have mart_influencer_roi_daily" in watched.text()
    for page in ("influencers", "models", "journeys", "budget", "data", "influencer"):
        watched.open(f"{dashboard.address}/{page}")
        # Models are compared by the one mart that this file has.
        if page != "models":
            assert "an older version of the project published it" in watched.text(), page
        assert watched.page.locator("[data-testid=stException]").count() == 0, page


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size(influencers=0, purchases=0, days=10), "No influencer matches these filters"),
        (Size(influencers=1, purchases=5, days=10, names=HOSTILE[:1]), "For each USD spent"),
    ],
    ids=["empty", "one influencer"],
)
def test_little_data_is_fine(
    new_page: Any, dashboard: Dashboard, published: Path, tmp_path: Path, size: Size, expected: str
) -> None:
    write_marts(tmp_path / "warehouse.duckdb", size)
    publish_run(tmp_path / "warehouse.duckdb", published, "run-3")
    watched = new_page()
    watched.open(dashboard.address)
    assert expected in watched.text()
    for name in ("Influencers", "Models", "Journeys", "Budget", "Data"):
        watched.follow(name)
        assert watched.page.locator("[data-testid=stException]").count() == 0, name
    assert watched.problems == []
    assert "Traceback" not in dashboard.log.read_text()
