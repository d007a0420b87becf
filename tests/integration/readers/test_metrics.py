"""Every metric, planned by MetricFlow and answered by a published file, equals the mart that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.metrics import MetricError, Metrics, Question
from orchestration.lib.publish import RunFacts, publish
from orchestration.lib.readers import Reader, open_reader
from orchestration.lib.settings import Settings
from tests.support.marts import Size, write_marts

CPA = "total_cost / nullif(conversions, 0)"
AOV = "attributed_revenue / nullif(conversions, 0)"
CAC = "total_cost / nullif(new_customers, 0)"
VALUE = "ltv_per_customer * new_customers"
SUMS = {"revenue": "attributed_revenue", "cost": "total_cost", "conversions": "conversions"}
QUOTIENTS = {"roi_pct": "roi_pct", "roas": "roas", "cpa": "cpa"}
PEOPLE = {
    "new_customers": "new_customers",
    "cac": "cac",
    "visitors": "visitors",
    "buyers": "buyers",
    "conversion_rate": "conversion_rate",
    "acquired_value": VALUE,
    "ltv": "ltv_per_customer",
}


def named(prefix: str, columns: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}{name}": column for name, column in columns.items()}


# Metrics as the mart has them: its name, groups with their columns, metrics with their columns.
MARTS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (
        "mart_influencer_roi",
        {"influencer": "influencer_id", "influencer__tier": "tier", "model": "attribution_model"},
        SUMS
        | QUOTIENTS
        | {"new_customers": "new_customers", "cac": "cac", "aov": "average_order_value"}
        | {"conversion_rate": "conversion_rate", "ltv": "ltv_per_customer", "visitors": "visitors"},
    ),
    (
        "mart_influencer_roi",
        {"influencer": "influencer_id", "model": "attribution_model"},
        {"buyers": "round(conversion_rate * visitors)", "acquired_value": VALUE},
    ),
    (
        "mart_influencer_roi_daily",
        {"metric_time__day": "reporting_day", "influencer": "influencer_id", "model": "attribution_model"},
        SUMS
        | {"roi_pct": "roi_pct", "new_customers": "new_customers", "cpa": CPA, "cac": CAC, "aov": AOV}
        | {"day_visitors": "visitors", "day_buyers": "buyers", "day_conversion_rate": "conversion_rate"}
        | {"acquired_value": VALUE, "ltv": "ltv_per_customer"},
    ),
    (
        "mart_campaign_roi",
        {"campaign": "campaign_id", "model": "attribution_model"},
        named("campaign_", SUMS | QUOTIENTS | PEOPLE | {"aov": "average_order_value"}),
    ),
    (
        "mart_deliverable_roi",
        {
            "influencer": "influencer_id",
            "post": "deliverable_id",
            "platform": "platform",
            "model": "attribution_model",
        },
        named("post_", SUMS | QUOTIENTS | PEOPLE | {"aov": AOV}),
    ),
    (
        "(select * from mart_category_roi where influencer_id is not null)",
        {"influencer": "influencer_id", "category": "product_category", "model": "attribution_model"},
        named("category_", SUMS | QUOTIENTS | PEOPLE | {"aov": "average_order_value"}),
    ),
    (
        "mart_cohort_ltv",
        {
            "metric_time__month": "cohort_month",
            "cohort__acquired_by": "acquired_by",
            "cohort__acquisition_channel": "acquisition_channel",
            "influencer": "influencer_id",
        },
        {
            "customers": "customers",
            "customer_revenue": "revenue_to_date",
            "cohort_ltv": "revenue_per_customer",
            "predicted_customers": "case when predicted_ltv_per_customer is not null then customers end",
            "predicted_value": "predicted_ltv_per_customer * customers",
            "predicted_ltv": "predicted_ltv_per_customer",
        },
    ),
]
SUMMED = [
    ("platform", "mart_deliverable_roi", "platform", "post_"),
    ("category", "mart_category_roi", "product_category", "category_"),
]


@pytest.fixture(scope="module")
def metrics(built_world: Settings) -> Metrics:
    return Metrics(built_world.dbt_target_dir / "semantic_manifest.json")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("metrics")
    write_marts(folder / "warehouse.duckdb", Size())
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        # What belongs to no post and to no campaign is a group of its own.
        connection.execute(
            """
            insert into marts.mart_deliverable_roi by name
            select * replace (null as deliverable_id, null as campaign_id, null as platform)
            from marts.mart_deliverable_roi;
            insert into marts.mart_campaign_roi by name
            select * replace (null as campaign_id) from marts.mart_campaign_roi where campaign_id = 'camp_1'
            """
        )
    publish(folder / "warehouse.duckdb", folder / "roi.duckdb", RunFacts("a-run", {}))
    opened = open_reader(folder / "roi.duckdb")
    yield opened
    opened.close()


def keyed(rows: tuple[tuple[Any, ...], ...], groups: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = {row[:groups]: row[groups:] for row in rows}
    assert len(found) == len(rows), "the groups do not name one row"
    return found


def test_every_metric_is_compared_with_a_mart(metrics: Metrics) -> None:
    compared = {metric for _, _, figures in MARTS for metric in figures}
    assert {metric.name for metric in metrics.known()} == compared
    assert all(metric.description for metric in metrics.known())


@pytest.mark.parametrize(
    ("mart", "metric", "column", "groups"),
    [(mart, metric, column, groups) for mart, groups, figures in MARTS for metric, column in figures.items()],
    ids=[f"{metric}-{'-'.join(groups)}" for _, groups, figures in MARTS for metric in figures],
)
def test_a_metric_equals_its_mart(
    metrics: Metrics, reader: Reader, mart: str, metric: str, column: str, groups: dict[str, str]
) -> None:
    wanted = keyed(
        reader.query(f"select {', '.join(groups.values())}, {column} from {mart} as rows").rows, len(groups)
    )
    answer = metrics.ask(reader, Question((metric,), tuple(groups)))
    order = [answer.columns.index(name) for name in (*groups, metric)]
    got = keyed(tuple(tuple(row[place] for place in order) for row in answer.rows), len(groups))
    # Channels that are no influencer are a group of nothing.
    got = {key: value for key, value in got.items() if key in wanted or value != (None,)}
    assert got.keys() == wanted.keys() and wanted
    assert any(value is not None for (value,) in wanted.values())
    for key, (value,) in wanted.items():
        (found,) = got[key]
        if isinstance(value, Decimal):
            assert (found or Decimal(0)) == value, key
        elif value is None:
            assert found is None, key
        else:
            assert float(found) == pytest.approx(float(value), rel=1e-9, abs=1e-9), key


@pytest.mark.parametrize(("group", "mart", "column", "prefix"), SUMMED)
def test_quotients_of_a_group_are_of_its_sums(
    metrics: Metrics, reader: Reader, group: str, mart: str, column: str, prefix: str
) -> None:
    wanted = reader.query(
        f"""
        select
            {column},
            (sum(attributed_revenue) - sum(total_cost))::double / nullif(sum(total_cost), 0) * 100
        from {mart} as rows where attribution_model = 'linear' and influencer_id is not null group by 1
        """
    )
    got = metrics.ask(reader, Question((f"{prefix}roi_pct",), (group,), model="linear"))
    assert dict(got.rows) == pytest.approx(dict(wanted.rows)) and len(got) > 1


def test_a_category_is_what_was_bought_or_what_the_campaign_is_for(metrics: Metrics, reader: Reader) -> None:
    rates = "category_conversion_rate", "campaign_conversion_rate"
    bought = metrics.ask(reader, Question(rates[:1], ("category",), model="linear"))
    wanted = reader.query(
        """
        select product_category, sum(buyers) / sum(visitors) from mart_category_roi as rows
        where attribution_model = 'linear' and influencer_id is not null group by 1
        """
    )
    assert dict(bought.rows) == pytest.approx(dict(wanted.rows)) and len(bought.rows) > 1
    brought = metrics.ask(reader, Question(rates[1:], ("campaign__product_category",), model="linear"))
    wanted = reader.query(
        """
        select product_category, sum(buyers) / sum(visitors) from mart_campaign_roi as rows
        where attribution_model = 'linear' and campaign_id is not null group by 1
        """
    )
    found = {category: rate for category, rate in brought.rows if category}
    assert found == pytest.approx(dict(wanted.rows)) and len(found) > 1
    assert found != pytest.approx(dict(bought.rows))


def test_a_condition_on_a_name_of_the_registry(metrics: Metrics, reader: Reader) -> None:
    where = (
        "{{ Dimension('influencer__tier') }} = 'nano'",
        "{{ TimeDimension('metric_time', 'day') }} >= '2000-01-01'",
    )
    got = metrics.ask(reader, Question(("revenue",), (), where, "linear"))
    wanted = reader.query(
        "select sum(attributed_revenue) from mart_influencer_roi "
        "where tier = 'nano' and attribution_model = 'linear'"
    )
    assert got.rows == wanted.rows


def test_months_are_dates_and_add_up(metrics: Metrics, reader: Reader) -> None:
    months = metrics.ask(reader, Question(("revenue",), ("metric_time__month",), model="linear"))
    assert all(isinstance(month, date) and month.day == 1 for month, _ in months.rows)
    assert months.column("metric_time__month") == sorted(months.column("metric_time__month"))
    whole = metrics.ask(reader, Question(("revenue",), model="linear"))
    assert sum(months.column("revenue")) == whole.rows[0][0]


def test_questions_are_about_one_model_unless_they_group_by_it(metrics: Metrics) -> None:
    asked = metrics.under(Question(("revenue",), ("influencer",)), "linear")
    assert asked.model == "linear" and "'linear'" in metrics.sql(asked)
    assert metrics.under(Question(("revenue",), model="markov"), "linear").model == "markov"
    assert metrics.under(Question(("customers",)), "linear").model is None
    assert "'linear'" not in metrics.sql(metrics.under(Question(("revenue",), ("model",)), "linear"))
    with pytest.raises(MetricError, match="revenue is counted under an attribution model, customers is not"):
        metrics.under(Question(("revenue", "customers"), ("influencer",)), "linear")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(("profit",)), "profit"),
        (Question(("revenue",), ("platform",)), "platform"),
        (Question(("revenue",), where=("{{ Entity('platform') }} = 'x'",)), "platform"),
        (Question(("revenue",), where=("x'; drop",)), "not SQL"),
    ],
)
def test_what_does_not_exist_is_said(metrics: Metrics, reader: Reader, question: Question, said: str) -> None:
    with pytest.raises(MetricError, match=said):
        metrics.ask(reader, question)


def test_a_model_with_a_quote_in_its_name_is_text(metrics: Metrics, reader: Reader) -> None:
    assert metrics.ask(reader, Question(("revenue",), model="x' or 'a' = 'a")).rows == ((None,),)


def test_the_command_lists_asks_and_says_what_is_wrong(
    built_world: Settings, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROI_DATA", str(reader.published.parent))
    # The project is parsed already.
    manifest = built_world.dbt_target_dir / "manifest.json"
    monkeypatch.setattr("orchestration.lib.manifest.prepare_manifest", lambda _: manifest)

    def said(*arguments: str) -> tuple[int, str]:
        run = CliRunner().invoke(app, ["metrics", *arguments])
        return run.exit_code, " ".join(run.output.split())

    code, listed = said()
    assert code == 0 and "roi_pct (revenue - cost) / cost x 100" in listed and "by category" in listed
    wanted = reader.query(
        "select influencer_id, total_cost from mart_influencer_roi "
        "where attribution_model = 'linear' order by 1"
    )
    code, answer = said("cost", "--by", "influencer", "--model", "linear", "--csv")
    assert code == 0 and answer.split()[1:] == [f"{name},{cost}" for name, cost in wanted.rows]
    code, answer = said("cost", "--by", "influencer")
    assert code == 0 and "Attribution model: position_based. Money in USD." in answer
    code, sql = said("cost", "--by", "model", "--sql")
    assert code == 0 and "mart_influencer_roi_daily" in sql and "'position_based'" not in sql
    for arguments, words in (
        (("profit",), "profit"),
        (("cost", "--by", "platform"), "platform"),
        (("cost", "--model", "bogus"), "no attribution model 'bogus'; there are: first_touch"),
        (("cost", "--where", "x'"), "not SQL"),
    ):
        code, answer = said(*arguments)
        assert code == 1 and words in answer, answer
