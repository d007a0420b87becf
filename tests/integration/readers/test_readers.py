"""Questions to a published file of a real build: figures agree with marts, people are found by hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.ingestion.privacy import hash_email
from orchestration.lib.readers import (
    MissingTableError,
    Reader,
    ReaderError,
    database,
    executive,
    identity,
    influencers,
    journeys,
    models,
    open_reader,
    quality,
    read_run,
)
from orchestration.lib.readers.filters import Filters
from orchestration.lib.settings import Settings
from tests.support.published import publish_run, read

MODEL = "position_based"


@pytest.fixture(scope="module")
def reader(published: Path) -> Reader:
    return open_reader(published)


def test_the_run_says_what_figures_depend_on(reader: Reader) -> None:
    run = read_run(reader)
    assert (run.currency, run.window_days, run.decision_model, run.version) == ("USD", 90.0, MODEL, 1)
    assert MODEL in run.models and len(run.models) > 10
    assert run.first_day is not None and run.last_day is not None and run.first_day < run.last_day


def test_totals_of_all_time_and_of_all_days_are_the_same(reader: Reader) -> None:
    run = read_run(reader)
    for model in run.models:
        whole = executive.totals(reader, Filters(model))
        days = executive.span(reader, Filters(model))
        assert days is not None
        daily = executive.totals(reader, Filters(model, since=days[0], until=days[1]))
        assert (daily.revenue, daily.cost) == (whole.revenue, whole.cost)
        assert daily.conversions == pytest.approx(whole.conversions)
        program = reader.query(
            "select attributed_revenue, total_cost from mart_program_roi where attribution_model = ?", [model]
        ).rows[0]
        assert program == (whole.revenue, whole.cost)


def test_the_trend_adds_up_and_has_no_gaps(reader: Reader) -> None:
    filters = Filters(MODEL)
    whole = executive.totals(reader, filters)
    for by, step in (("day", 1), ("week", 7)):
        trend = executive.trend(reader, filters, by)
        assert sum(trend.column("attributed_revenue")) == whole.revenue
        assert sum(trend.column("total_cost")) == whole.cost
        periods = trend.column("period")
        assert all(
            later - earlier == timedelta(days=step)
            for earlier, later in zip(periods, periods[1:], strict=False)
        )


def test_filters_leave_out_who_is_not_chosen(reader: Reader) -> None:
    tiers, niches = influencers.choices(reader)
    assert tiers == ["micro"] and niches == []
    whole = influencers.listing(reader, Filters(MODEL))
    assert influencers.listing(reader, Filters(MODEL, tiers=("micro",))).rows == whole.rows
    assert not influencers.listing(reader, Filters(MODEL, tiers=("mega",)))
    assert executive.totals(reader, Filters(MODEL, tiers=("mega",))).influencers == 0
    assert influencers.listing(reader, Filters(MODEL), "CREATOR 1").column("influencer_id") == ["inf_1"]
    assert not influencers.listing(reader, Filters(MODEL), "%' or true --")


def test_what_changed_compares_two_spans_of_one_length(reader: Reader) -> None:
    found = executive.change(reader, Filters(MODEL), days=7)
    assert found is not None
    assert found.now.since and found.now.until and found.before.since and found.before.until
    assert found.now.until - found.now.since == found.before.until - found.before.since
    assert found.before.until + timedelta(days=1) == found.now.since
    both = executive.totals(reader, replace(found.now, since=found.before.since))
    assert both.revenue == found.totals_now.revenue + found.totals_before.revenue
    moved = executive.movers(reader, found, 100)
    change = sum(moved.column("revenue_change"), 0)
    assert change == found.totals_now.revenue - found.totals_before.revenue


def test_models_side_by_side_are_those_of_the_mart(reader: Reader) -> None:
    table = models.side_by_side(reader, "attributed_revenue")
    expected = reader.query(
        "select influencer_id, attribution_model, attributed_revenue from mart_influencer_roi"
    )
    assert {
        (row["influencer_id"], model): row[model] for row in table.dicts() for model in table.columns[2:]
    } == {(row[0], row[1]): row[2] for row in expected.rows}
    assert sum(models.verdicts(reader).column("influencers")) == len(table)
    ranks = models.rank_changes(reader, MODEL, "last_touch")
    assert sorted(ranks.column("place")) == sorted(ranks.column("other_place"))
    with pytest.raises(ValueError, match="cannot be compared"):
        models.side_by_side(reader, "1; drop table x")


def test_one_influencer_from_all_sides(reader: Reader) -> None:
    for influencer_id, _ in influencers.names(reader):
        about = influencers.one(reader, influencer_id, MODEL)
        assert about is not None
        posts = influencers.posts_of(reader, influencer_id, MODEL)
        assert sum(posts.column("attributed_revenue"), 0) == about["attributed_revenue"]
        weeks = influencers.weeks_of(reader, influencer_id, MODEL)
        assert sum(weeks.column("attributed_revenue"), 0) == about["attributed_revenue"]
        evidence = dict(influencers.evidence_of(reader, influencer_id, MODEL))
        assert evidence["assist_only"] == about["assisted_conversions"]
        assert len(influencers.models_of(reader, influencer_id)) == len(read_run(reader).models)
    assert influencers.one(reader, "nobody", MODEL) is None


def test_campaigns_and_kinds_of_posts_convert_as_their_marts_say(reader: Reader) -> None:
    rates = dict(
        reader.query(
            "select campaign_name, conversion_rate from mart_campaign_roi where attribution_model = ?",
            [MODEL],
        ).rows
    )
    found = influencers.campaigns(reader, MODEL)
    assert dict(zip(found.column("campaign_name"), found.column("conversion_rate"), strict=True)) == rates
    assert any(rate for rate in rates.values())
    posts = reader.query(
        "select platform, visitors, conversion_rate from mart_deliverable_roi "
        "where attribution_model = ? and deliverable_id is not null",
        [MODEL],
    ).dicts()
    for row in influencers.breakdown(reader, "platform", MODEL).dicts():
        theirs = [post for post in posts if post["platform"] == row["segment"] and post["visitors"]]
        visitors = sum(post["visitors"] for post in theirs)
        bought = sum(post["visitors"] * post["conversion_rate"] for post in theirs)
        assert row["conversion_rate"] == (pytest.approx(bought / visitors) if visitors else None)


def test_a_person_is_found_by_order_customer_and_mail(reader: Reader, built_world: Settings) -> None:
    purchases = {row[0] for row in reader.query("select order_id from fct_conversions").rows}
    with duckdb.connect(str(built_world.warehouse), read_only=True) as connection:
        orders = connection.execute(
            "select order_id, customer_id, email_hash from staging.stg_shop__orders order by order_id"
        ).fetchall()
    key = built_world.hash_key
    mails = {hash_email(f"p{number}@mail.example", key): f"p{number}@mail.example" for number in range(12)}
    by_customer, by_mail = [], []
    for order_id, customer_id, email_hash in orders:
        person = journeys.find_by_order(reader, f" {order_id} ")
        assert (person is not None) == (order_id in purchases)
        if person and customer_id is not None:
            by_customer.append(journeys.find_by_customer(reader, customer_id, key) == person)
        if person and email_hash is not None:
            by_mail.append(journeys.find_by_email(reader, f" {mails[email_hash].upper()} ", key) == person)
    # An identifier that too many share is no part of an identity, so not each leads to its order.
    assert sum(by_customer) > len(by_customer) // 2
    assert sum(by_mail) > len(by_mail) // 2
    assert journeys.find_by_customer(reader, orders[0][1] or "c1", b"another key") is None
    assert journeys.find_by_email(reader, "no address", key) is None
    assert journeys.find_by_order(reader, "' or true --") is None


def test_a_persons_timeline_and_credit(reader: Reader) -> None:
    orders = reader.query(
        "select order_id, person_id, revenue from fct_conversions where order_id is not null"
    )
    for order_id, person, _ in orders.rows[:20]:
        events = journeys.timeline(reader, person)
        assert order_id in events.column("order_id")
        assert events.column("event_at") == sorted(events.column("event_at"))
        credit = journeys.credit_of(reader, person, MODEL)
        bought = sum(row[2] for row in orders.rows if row[1] == person)
        assert sum(credit.column("attributed_revenue")) == bought
    with pytest.raises(MissingTableError):
        journeys.credit_of(reader, "p", "linear; drop table x")


def test_journeys_in_sum_are_the_purchases(reader: Reader) -> None:
    purchases = reader.query("select count(*) from fct_conversions where conversion_type = 'purchase'").rows[
        0
    ][0]
    assert sum(journeys.path_lengths(reader).column("conversions")) == purchases
    assert journeys.summary(reader)["purchases"] == purchases
    assert sum(journeys.positions(reader).values()) > 0


def test_what_was_loaded_and_tested_can_be_asked(reader: Reader) -> None:
    fresh = {row["dataset"]: row for row in quality.freshness(reader).dicts()}
    assert fresh["orders"]["rows"] > 0 and fresh["clicks"]["last_at"] is not None
    assert len(quality.load_log(reader)) > 0
    held = quality.tables(reader)
    assert {"fct_attribution", "mart_influencer_roi"} <= set(held.column("table_name"))
    # Views have rows, too.
    assert None not in held.column("rows")


def test_a_query_reaches_no_other_file_and_changes_nothing(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises((ReaderError, duckdb.Error)):
        reader.query(f"from '{tmp_path / 'secret.csv'}'")
    with pytest.raises(duckdb.Error):
        reader.query("delete from mart_influencer_roi")


def test_a_new_version_is_seen_beside_the_old_one(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    first, before = open_reader(target), identity(target)
    publish_run(warehouse, target, "run-2")
    assert identity(target) != before
    second = open_reader(target)
    runs = [each.query("select run_id from published_run").rows for each in (first, second, first.cursor())]
    assert [rows[0][0] for rows in runs] == ["run-1", "run-2", "run-1"]
    for each in (first, second):
        each.close()


@pytest.mark.parametrize("fails", [True, False])
def test_a_version_that_comes_while_the_file_is_opened(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """DuckDB opens a path three times: a header of one file and blocks of another are never read."""
    target = tmp_path / "roi.duckdb"
    publish_run(warehouse, target, "run-1")
    as_it_is = database._open

    def overtaken(published: Path) -> Reader:
        monkeypatch.setattr(database, "_open", as_it_is)
        opened = as_it_is(published)
        publish_run(warehouse, target, "run-2")
        if fails:
            raise ReaderError("blocks of another file")
        return opened

    monkeypatch.setattr(database, "_open", overtaken)
    assert open_reader(target).query("select run_id from published_run").rows == (("run-2",),)


def test_what_is_wrong_is_a_sentence(tmp_path: Path, warehouse: Path) -> None:
    file = tmp_path / "roi.duckdb"
    with pytest.raises(ReaderError, match="There is no .*make run"):
        open_reader(file)
    file.write_bytes(b"no database" * 5000)
    with pytest.raises(ReaderError, match="cannot be read: .*Publish it anew.*kept version"):
        open_reader(file)
    with pytest.raises(ReaderError, match="not one that this project published"):
        open_reader(warehouse)
    publish_run(warehouse, file, "run-1")
    reader = open_reader(file)
    with pytest.raises(MissingTableError, match="does not have mart_influencer_roi: an older version"):
        executive.totals(reader, Filters(MODEL))
    with pytest.raises(MissingTableError, match="does not have the columns colour of dim_things"):
        reader.require("dim_things", "colour", "name")
    with pytest.raises(MissingTableError, match="what is asked for .*colour.*older version"):
        reader.query("select colour from dim_things")
    reader.close()


def test_a_damaged_page_of_the_file_is_a_sentence(warehouse: Path, tmp_path: Path) -> None:
    file = tmp_path / "roi.duckdb"
    publish_run(warehouse, file, "run-1")
    whole = file.read_bytes()
    file.unlink()
    found = False
    for position in range(3 * 4096, len(whole), len(whole) // 12):
        damaged = (
            whole[:position]
            + bytes(byte ^ 0xFF for byte in whole[position : position + 64])
            + whole[position + 64 :]
        )
        file.write_bytes(damaged)
        try:
            reader = open_reader(file)
            for table in ("dim_things", '"fct odd"', "from_staging"):
                reader.query(f"from {table}")
        except ReaderError as error:
            found = True
            assert "cannot be read" in str(error)
        else:
            reader.close()
    assert found


def test_a_file_of_a_newer_project_is_refused(warehouse: Path, tmp_path: Path) -> None:
    file = tmp_path / "roi.duckdb"
    publish_run(warehouse, file, "run-1")
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update marts.published_run set schema_version = 99")
    with pytest.raises(ReaderError, match="newer version of the project .schema 99.*Update the project"):
        open_reader(file)
    assert read(file, "select schema_version from marts.published_run") == [(99,)]
