"""Tables of more influencers than a page of rows: pages, order, names, links and downloads."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.browser.conftest import Dashboard
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MANY = 230


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    write_marts(folder / "warehouse.duckdb", Size(influencers=MANY, purchases=3000))
    publish_run(folder / "warehouse.duckdb", folder / "roi.duckdb", "run-many")
    return folder / "roi.duckdb"


@pytest.fixture(autouse=True)
def published(dashboard: Dashboard, many: Path, tmp_path: Path) -> Iterator[Path]:
    """Many influencers in the file that the dashboard reads; as it was, after the test."""
    file = dashboard.data / "roi.duckdb"
    kept, other = tmp_path / "kept.duckdb", tmp_path / "many.duckdb"
    shutil.copy2(file, kept)
    shutil.copy2(many, other)
    os.replace(other, file)
    yield file
    os.replace(kept, file)


def ids(published: Path, order: str) -> list[str]:
    """The influencers of the decision model in this order."""
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            "select influencer_id from marts.mart_influencer_roi where attribution_model = 'position_based' "
            f"order by {order}, influencer_id"
        ).fetchall()
    return [row[0] for row in rows]


def open_row(watched: Any, row: int) -> str:
    """Chooses a row of the first table, and gives the influencer whose page comes."""
    table = watched.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": 52 + 35 * row})
    watched.page.wait_for_function("location.pathname === '/influencer'")
    watched.settle()
    return str(watched.page.evaluate("new URLSearchParams(location.search).get('influencer')"))


def test_pages_follow_each_other_and_a_link_leads_to_one(
    new_page: Any, dashboard: Dashboard, published: Path
) -> None:
    by_revenue = ids(published, "attributed_revenue desc")
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers")
    assert "1 to 100 of 230 rows" in watched.text()
    watched.page.get_by_role("button", name="Page 3").click()
    watched.page.get_by_text("201 to 230 of 230 rows").wait_for()
    assert "influencers-page=3" in watched.page.evaluate("location.search")
    assert open_row(watched, 1) == by_revenue[201]

    other = new_page()
    other.open(f"{dashboard.address}/influencers?influencers-page=2")
    assert "101 to 200 of 230 rows" in other.text()
    assert open_row(other, 0) == by_revenue[100]
    # A page that there is not is the first one.
    other.open(f"{dashboard.address}/influencers?influencers-page=999&influencers-sort=bogus")
    assert "1 to 100 of 230 rows" in other.text()
    assert watched.problems == [] and other.problems == []


def test_an_order_is_of_all_rows_and_begins_at_the_first_page(
    new_page: Any, dashboard: Dashboard, published: Path
) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers?influencers-page=2")
    field = watched.page.get_by_role("combobox", name="Order all rows by")
    field.scroll_into_view_if_needed()
    field.click()
    watched.page.get_by_role("option", name="ROI", exact=True).click()
    watched.page.get_by_text("1 to 100 of 230 rows").wait_for()
    watched.page.get_by_text("Lowest first").click()
    watched.page.wait_for_function("location.search.includes('influencers-lowest=yes')")
    watched.settle()
    assert "influencers-page" not in watched.page.evaluate("location.search")
    address = watched.page.evaluate("location.href")
    lowest = ids(published, "roi_pct asc nulls last, attributed_revenue desc")
    assert open_row(watched, 0) == lowest[0]
    other = new_page()
    other.open(address)
    with other.page.expect_download() as started:
        other.page.get_by_role("button", name="Download CSV").first.click()
    with open(started.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert [row["influencer_id"] for row in rows] == lowest
    assert watched.problems == [] and other.problems == []


def test_a_name_is_found_among_all(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    for page, table, count in (("budget", "recommendations", 2), ("models", "model_ranks", 2)):
        watched.open(f"{dashboard.address}/{page}?{table}-page=2")
        assert watched.page.get_by_role("textbox", name="Name").count() == count
        field = watched.page.get_by_role("textbox", name="Name").first
        field.fill("CREATOR 22")
        field.press("Enter")
        watched.page.get_by_text("1 to 11 of 11 rows").first.wait_for()
        assert f"{table}-find=CREATOR" in watched.page.evaluate("location.search")
        field.fill("nobody at all")
        field.press("Enter")
        watched.page.get_by_text("No name has this in it").wait_for()
    assert watched.problems == []


def test_an_influencer_is_found_by_name(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencer?influencer=inf_00229")
    assert watched.page.locator("h1").inner_text() == "Creator 229"
    field = watched.page.get_by_role("textbox", name="Find by name")
    field.fill("creator 17")
    field.press("Enter")
    watched.page.wait_for_function("location.search.includes('who=creator')")
    watched.settle()
    assert watched.page.locator("h1").inner_text() == "Creator 229"
    watched.page.get_by_role("combobox", name="Influencer", exact=True).click()
    offered = watched.page.get_by_role("option")
    offered.get_by_text("Creator 17", exact=True).wait_for()
    # Eleven with these words, the one that is shown, and the first of all.
    assert offered.count() == 13
    offered.get_by_text("Creator 174", exact=True).click()
    watched.page.wait_for_function("location.search.includes('influencer=inf_00174')")
    watched.settle()
    assert watched.page.locator("h1").inner_text() == "Creator 174"
    assert watched.problems == []


def test_a_download_is_of_the_version_that_is_shown(
    new_page: Any, dashboard: Dashboard, published: Path, tmp_path: Path
) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers")
    for number in range(3):
        write_marts(tmp_path / f"{number}.duckdb", Size(influencers=number + 1, purchases=5, days=10))
        publish_run(tmp_path / f"{number}.duckdb", published, f"run-{number}")
        # Others see the new version, and the old one is let go.
        new_page().open(f"{dashboard.address}/data")
    with watched.page.expect_download() as started:
        watched.page.get_by_role("button", name="Download CSV").first.click()
    with open(started.value.path(), encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == MANY
    assert watched.problems == []
