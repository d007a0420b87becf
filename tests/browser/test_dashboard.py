"""The dashboard in a real browser: pages, filters, links, downloads, screens, keys and colours."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.report import write_report
from tests.browser.conftest import Dashboard

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TELEPHONE = ("models", "journeys", "budget", "data")
# Labels of figures that are wider than their place.
CUT_LABELS = """
    [...document.querySelectorAll('[data-testid=stMetricLabel] p')].filter(label =>
        label.getBoundingClientRect().width > label.parentElement.getBoundingClientRect().width + 1
    ).map(label => label.innerText)
"""
PAGES = ("Executive", "Influencers", "Models", "Journeys", "Budget", "Data")


def read(dashboard: Dashboard, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(dashboard.data / "roi.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_each_page_renders_without_errors(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(dashboard.address)
    for name in (*PAGES[1:], PAGES[0]):
        watched.follow(name)
        assert (
            watched.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
        )
        said = watched.caption()
        assert "USD" in said and "version" in said
        if name not in ("Data",):
            assert "Position based attribution" in said
    assert watched.problems == []
    assert "Traceback" not in dashboard.log.read_text()


def test_the_figures_are_those_of_the_marts(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/?model=first_touch")
    [(revenue, cost, orders)] = read(
        dashboard,
        "select sum(attributed_revenue), sum(total_cost), sum(conversions) from marts.mart_influencer_roi "
        "where attribution_model = 'first_touch'",
    )
    values = watched.page.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert values[0] == f"{float(revenue) / 1000:,.0f}k USD"
    assert values[1] == f"{cost:,.0f} USD"
    assert values[3] == f"{orders:,.0f}"


def test_filters_change_figures_and_address_and_the_address_sets_filters(
    new_page: Any, dashboard: Dashboard
) -> None:
    watched = new_page()
    watched.open(dashboard.address)
    everybody = watched.page.locator("[data-testid=stMetricValue]").first.inner_text()
    watched.page.get_by_role("combobox", name="Attribution model").click()
    watched.page.get_by_role("option", name="Last touch", exact=True).click()
    watched.page.wait_for_function("location.search.includes('model=last_touch')")
    watched.settle()
    assert watched.caption().startswith("Last touch attribution")
    # The choice goes along to the next page.
    watched.follow("Influencers")
    assert "model=last_touch" in watched.page.evaluate("location.search")
    assert watched.caption().startswith("Last touch attribution")

    other = new_page()
    other.open(f"{dashboard.address}/?model=linear&tier=nano&period=days&days=2025-08-01&days=2025-08-31")
    assert other.caption().startswith("Linear attribution")
    assert "1 Aug 2025 to 31 Aug 2025" in other.caption()
    assert other.page.locator("[data-testid=stMetricValue]").first.inner_text() != everybody
    # What an address asks that there is not is ignored.
    other.open(f"{dashboard.address}/?model=bogus&tier=bogus&period=bogus")
    assert other.caption().startswith("Position based attribution")
    assert other.page.locator("[data-testid=stMetricValue]").first.inner_text() == everybody


def test_a_name_can_be_searched(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers?search=creator+9")
    assert "1 of them" in watched.text()
    watched.page.get_by_role("textbox", name="Name or handle").fill("nobody at all")
    watched.page.keyboard.press("Enter")
    watched.page.get_by_text("No influencer matches").wait_for()


def test_a_row_leads_to_the_influencer(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers?search=creator+9")
    table = watched.page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    # Cells are drawn on a canvas: the box to choose the first row is at its left.
    table.click(position={"x": 18, "y": 52})
    watched.page.wait_for_function("location.pathname === '/influencer'")
    watched.settle()
    assert watched.page.locator("h1").inner_text() == "Creator 9"
    assert "influencer=inf_00009" in watched.page.evaluate("location.search")


def test_a_download_holds_all_rows_and_no_formula(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/influencers")
    with watched.page.expect_download() as started:
        watched.page.get_by_role("button", name="Download CSV").first.click()
    with open(started.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert started.value.suggested_filename == "influencers.csv"
    assert len(rows) == 12
    by_id = {row["influencer_id"]: row for row in rows}
    assert by_id["inf_00004"]["influencer_name"].startswith("'=HYPERLINK")
    assert by_id["inf_00007"]["handle"] == "'@creator7"
    assert by_id["inf_00005"]["influencer_name"] == "long " + "x" * 10_000
    [(revenue,)] = read(
        dashboard,
        "select attributed_revenue from marts.mart_influencer_roi "
        "where influencer_id = 'inf_00007' and attribution_model = 'position_based'",
    )
    assert by_id["inf_00007"]["attributed_revenue"] == str(revenue)


def test_a_customer_is_found_and_the_value_is_kept_nowhere(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(f"{dashboard.address}/journeys")
    watched.page.get_by_role("textbox", name="Value").fill("o77")
    watched.page.get_by_role("button", name="Find", exact=True).click()
    watched.page.get_by_role("heading", name="From first touch to purchase").wait_for()
    watched.settle()
    [(person,)] = read(dashboard, "select person_id from marts.fct_conversions where order_id = 'o77'")
    assert f"person={person}" in watched.page.evaluate("location.search")
    assert watched.page.get_by_role("textbox", name="Value").input_value() == ""
    # The link alone shows the same.
    other = new_page()
    other.open(f"{dashboard.address}/journeys?person={person}")
    assert other.page.get_by_role("heading", name="Who gets credit").count() == 1

    watched.page.get_by_role("combobox", name="By").click()
    watched.page.get_by_role("option", name="E-mail").click()
    watched.page.get_by_role("textbox", name="Value").fill("Jane.Doe@mail.example")
    watched.page.get_by_role("button", name="Find", exact=True).click()
    watched.page.get_by_text("No purchase or contact has this e-mail").wait_for()
    assert "jane" not in watched.page.evaluate("location.href").lower()
    assert "jane" not in dashboard.log.read_text().lower()
    assert watched.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_telephone(new_page: Any, dashboard: Dashboard, scheme: str) -> None:
    watched = new_page(width=390, scheme=scheme)
    for path in ("", "influencers", "influencer?influencer=inf_00005", *TELEPHONE):
        watched.open(f"{dashboard.address}/{path}")
        assert watched.page.evaluate(CUT_LABELS) == [], path
        wide = watched.page.evaluate(
            "Math.max(document.documentElement.scrollWidth,"
            " document.querySelector('[data-testid=stMain]').scrollWidth)"
        )
        assert wide <= 390, path
    ground = watched.page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}[scheme]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_report_fits_its_screen_and_loads_nothing(
    new_page: Any, dashboard: Dashboard, tmp_path: Path, width: int
) -> None:
    write_report(dashboard.data / "roi.duckdb", tmp_path / "report.html")
    watched = new_page(width=width)
    watched.page.goto((tmp_path / "report.html").as_uri())
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    # One chart of the two that are drawn for each screen, and all of it.
    shown = watched.page.locator("svg:visible")
    assert shown.count() == 2
    for chart in shown.all():
        box = chart.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert [problem for problem in watched.problems if "report.html" not in problem] == []


def test_everything_can_be_reached_with_keys(new_page: Any, dashboard: Dashboard) -> None:
    watched = new_page()
    watched.open(dashboard.address)
    reached = []
    for _ in range(25):
        watched.page.keyboard.press("Tab")
        reached.append(
            watched.page.evaluate(
                "(e => e.getAttribute('aria-label') || e.innerText || e.tagName)(document.activeElement)"
            ).strip()
        )
    for name in ("Influencers", "Attribution model", "Period", "Download CSV"):
        assert any(name in text for text in reached), (name, reached)
    choice = watched.page.get_by_role("combobox", name="Attribution model")
    first = watched.page.get_by_role("option", name="First touch")
    choice.focus()
    # A key that comes before the field and its list know of the one before is lost: people are slower.
    watched.page.wait_for_function("document.activeElement.dataset.focused === 'true'")
    watched.page.keyboard.press("ArrowDown")
    marked = "document.activeElement.getAttribute('aria-activedescendant')"
    watched.page.wait_for_function(marked)
    watched.page.keyboard.press("Home")
    watched.page.wait_for_function(f"id => {marked} === id", arg=first.get_attribute("id"))
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_function("location.search.includes('model=first_touch')")
