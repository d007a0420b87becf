"""Rates, currencies and conversion goals."""

import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from orchestration.lib.reference.bots import portable
from orchestration.lib.reference.fx import CURRENCIES, compile_fx_rates
from orchestration.lib.reference.seed import ReferenceError

HEADER = "Date," + ",".join(CURRENCIES) + ",XYZ,"


def line(day, rate="1.5", **other):
    return f"{day}," + ",".join(str(other.get(code, rate)) for code in CURRENCIES) + ",9,"


@pytest.fixture
def archive(tmp_path):
    def of(*lines, header=HEADER):
        path = tmp_path / "eurofxref-hist.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("eurofxref-hist.csv", "\n".join([header, *lines]) + "\n")
        return path

    return of


def test_days_come_oldest_first_from_the_first_day_on(archive):
    seed = compile_fx_rates(archive(line("2015-01-05"), line("2015-01-02"), line("2014-12-31")))
    assert seed.columns == ("rate_date", *(code.lower() for code in CURRENCIES))
    assert [row[0] for row in seed.rows] == ["2015-01-02", "2015-01-05"]


def test_a_missing_rate_is_empty_and_figures_are_unchanged(archive):
    seed = compile_fx_rates(archive(line("2020-01-02", USD="1.1193", GBP="N/A", JPY="121.75")))
    row = dict(zip(seed.columns, seed.rows[0], strict=True))
    assert (row["usd"], row["gbp"], row["jpy"]) == ("1.1193", "", "121.75")


def test_the_unpacked_file_gives_the_same(archive, tmp_path):
    packed = archive(line("2020-01-02"))
    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path)
    assert compile_fx_rates(tmp_path / "eurofxref-hist.csv") == compile_fx_rates(packed)


@pytest.mark.parametrize("rate", ["0", "-1.2", "abc", "NaN", "Infinity"])
def test_a_rate_that_cannot_be_is_named(archive, rate):
    with pytest.raises(ReferenceError, match="line 2, column CHF"):
        compile_fx_rates(archive(line("2020-01-02", CHF=rate)))


def test_a_day_that_comes_twice_is_named(archive):
    with pytest.raises(ReferenceError, match="line 3: 2020-01-02 comes twice"):
        compile_fx_rates(archive(line("2020-01-02"), line("2020-01-02")))


def test_another_file_is_refused(archive):
    with pytest.raises(ReferenceError, match="no column CHF; is it the bank's"):
        compile_fx_rates(archive(header=HEADER.replace(",CHF", "")))


def test_an_archive_without_a_csv_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("readme.txt", "")
    with pytest.raises(ReferenceError, match="expected one .csv inside"):
        compile_fx_rates(path)


@pytest.mark.parametrize(
    ("day", "currency", "rate"),
    [
        ("2015-01-14", "chf", "1.201"),  # the last day of the franc's floor
        ("2015-01-15", "chf", "1.028"),  # and the day that it fell
        ("2020-01-02", "usd", "1.1193"),
        ("2022-09-28", "usd", "0.9565"),  # the euro's low
    ],
)
def test_rates_are_those_of_record(rows, day, currency, rate):
    found = {row["rate_date"]: row[currency] for row in rows("fx_rates")}
    assert Decimal(found[day]) == Decimal(rate)


def test_no_gap_is_longer_than_easter(rows):
    days = [date.fromisoformat(row["rate_date"]) for row in rows("fx_rates")]
    gaps = [(later - earlier).days for earlier, later in zip(days, days[1:], strict=False)]
    assert min(gaps) >= 1 and max(gaps) <= 5
    assert days[0] == date(2015, 1, 2) and days[-1] >= date(2026, 6, 30)


def test_rates_are_complete_and_never_jump_like_a_slipped_decimal_point(rows):
    table = rows("fx_rates")
    for code in (code.lower() for code in CURRENCIES):
        rates = [Decimal(row[code]) for row in table if row[code]]
        assert len(rates) == len(table), code
        moves = [later / earlier for earlier, later in zip(rates, rates[1:], strict=False)]
        # The widest is the lira's of December 2021: 0.73 in a day.
        assert Decimal("0.7") < min(moves) and max(moves) < Decimal("1.25"), code


def test_every_rate_has_a_currency(rows):
    known = {row["currency"]: row for row in rows("currencies")}
    assert {*CURRENCIES, "EUR"} <= set(known)
    assert all(known[code]["is_active"] == "true" for code in CURRENCIES)
    assert all(re.fullmatch("[A-Z]{3}", code) for code in known)


@pytest.mark.parametrize(
    ("currency", "units"),
    [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("HUF", 2), ("TND", 3)],
)
def test_minor_units(rows, currency, units):
    assert {row["currency"]: row["minor_units"] for row in rows("currencies")}[currency] == str(units)


GOALS = {
    "sign_up", "demo_request", "account_created", "download", "add_to_cart", "video_view",
    "pricing_page", "comparison_tool", "long_visit", "deep_visit",
}  # fmt: skip


def test_the_goals_are_there_and_each_has_one_kind_value_and_count(rows):
    events = rows("conversion_events")
    assert {row["conversion_type"] for row in events} == GOALS
    for goal in GOALS:
        ways = {(r["kind"], r["value"], r["count_per"]) for r in events if r["conversion_type"] == goal}
        assert len(ways) == 1, goal


def test_a_goal_has_a_condition_and_one_over_the_session_counts_once(rows):
    for row in rows("conversion_events"):
        over_session = row["min_engagement_seconds"] or row["min_page_views"]
        assert row["event_name"] or over_session, row
        if not row["event_name"]:
            assert row["count_per"] == "session", row


@pytest.mark.parametrize(
    ("goal", "path", "reached"),
    [
        ("pricing_page", "/pricing", True),
        ("pricing_page", "/pricing/", True),
        ("pricing_page", "/pricing/teams", True),
        ("pricing_page", "/pricing.html", True),
        ("pricing_page", "/pricing?plan=team", True),
        ("pricing_page", "/de/pricing", True),
        ("pricing_page", "/pt-br/pricing", True),
        ("pricing_page", "/blog/pricing", False),
        ("pricing_page", "/pricingless", False),
        ("pricing_page", "/", False),
        ("comparison_tool", "/compare", True),
        ("comparison_tool", "/compare/a-vs-b", True),
        ("comparison_tool", "/comparison", True),
        ("comparison_tool", "/shop/compare", False),
    ],
)
def test_page_goal(rows, goal, path, reached):
    patterns = [r["page_pattern"] for r in rows("conversion_events") if r["conversion_type"] == goal]
    assert [portable(pattern) for pattern in patterns] == patterns
    assert any(re.search(pattern, path) for pattern in patterns) == reached


def test_long_and_deep_visits_are_engaged(rows):
    threshold = {row["rule"]: int(row["threshold"]) for row in rows("engagement_rules")}
    goal = {row["conversion_type"]: row for row in rows("conversion_events")}
    assert int(goal["deep_visit"]["min_page_views"]) > threshold["page_views"]
    assert int(goal["long_visit"]["min_engagement_seconds"]) >= threshold["engagement_seconds"]
    assert threshold["micro_conversions"] == 0
