"""Explanations out of a published database, and `roi explain`."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration.explain_command import print_explanation, render
from orchestration.lib.attribution.explain import UnknownSubjectError, explain
from orchestration.lib.attribution.explained import Explanation, Section, model_sentence
from orchestration.lib.publish import RunFacts, publish
from orchestration.lib.settings import Settings
from orchestration.lib.sql_shell import NotPublishedError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(built_world: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explained") / "roi.duckdb"
    publish(built_world.warehouse, file, RunFacts("test", built_world.variables()))
    return file


def ask(file: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def section(explanation: Explanation, title: str) -> Section:
    return next(part for part in explanation.sections if part.title == title)


def test_every_order_is_explained_and_every_model_adds_up(published: Path) -> None:
    orders = ask(
        published, "select order_id, revenue from marts.fct_conversions where order_id is not null order by 1"
    )
    models = len(ask(published, "select distinct attribution_model from marts.fct_attribution"))
    assert len(orders) > 10
    for order_id, revenue in orders:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for model, _, _, _, _, part, _ in section(explain(published, order_id), "The credit").rows:
            sums[model] += Decimal(part.replace(",", ""))
        assert len(sums) == models
        assert set(sums.values()) == {revenue}, order_id


def test_the_evidence_of_an_order_is_that_of_the_mart(published: Path) -> None:
    [(order_id, influencer, kind, code)] = ask(
        published,
        "select order_id, influencer_id, evidence_class, promo_code from marts.mart_order_evidence "
        "where is_winning_code order by order_id limit 1",
    )
    words = " ".join(section(explain(published, order_id), "The evidence").sentences)
    assert f"{influencer}: {kind}, " in words
    assert code in words


def test_the_path_shows_every_touch(published: Path) -> None:
    [(order_id, touches)] = ask(
        published,
        "select order_id, count(*) from marts.fct_journeys join marts.fct_conversions using (conversion_id) "
        "where order_id is not null group by order_id order by count(*) desc, order_id limit 1",
    )
    path = section(explain(published, order_id), "The path")
    assert [row[0] for row in path.rows] == [str(position + 1) for position in range(touches)]
    assert path.sentences[0].startswith(f"{touches} touches in the 2160 hours before the order;")


def test_markov_says_its_effect_and_models_say_what_they_do(published: Path) -> None:
    [(order_id,)] = ask(
        published,
        "select order_id from marts.fct_journeys join marts.fct_conversions using (conversion_id) "
        "where order_id is not null and is_creditable order by order_id limit 1",
    )
    credit = section(explain(published, order_id), "The credit")
    assert all(row[6].startswith("removal effect 0.") for row in credit.rows if row[0] == "markov")
    assert "linear: Every creditable touch gets the same share." in credit.sentences


def test_an_influencer_under_every_model_and_policy(published: Path) -> None:
    found = explain(published, "inf_0")
    models = section(found, "Under every model")
    assert len(models.rows) == len(
        ask(published, "select distinct attribution_model from marts.fct_attribution")
    )
    assert [row[0] for row in models.rows if row[0].endswith(" *")] == ["position_based *"]
    policies = section(found, "Under every code policy")
    assert [row[0] for row in policies.rows] == ["code_wins", "fill_gap *", "ignore", "touch"]
    assert [row[0] for row in section(found, "The codes").rows] == ["CODE0"]
    orders = sum(int(row[2]) for row in section(found, "The evidence").rows)
    assert (
        orders
        == ask(published, "select count(*) from marts.mart_order_evidence where influencer_id = 'inf_0'")[0][
            0
        ]
    )


def test_unknown_ids_and_missing_files_say_what_to_do(published: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownSubjectError, match="pending or cancelled"):
        explain(published, "no such id'; drop table x")
    with pytest.raises(NotPublishedError, match="roi run"):
        explain(tmp_path / "roi.duckdb", "inf_0")


def test_it_prints_sentences_and_tables(published: Path) -> None:
    out = Console(file=StringIO(), width=160, color_system=None)
    print_explanation(published, "inf_1", out)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "Influencer inf_1, Creator 1" in text
    assert "Under every code policy" in text


def test_names_are_text_and_not_markup() -> None:
    out = Console(file=StringIO(), width=160, color_system=None)
    hostile = "[red]x[/red]\x1b[31m"
    render(Explanation(hostile, (Section("[b]t[/b]", (hostile,), ("Who",), ((hostile,),)),)), out)
    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("[red]x[/red]") == 3
    assert "[b]t[/b]" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("Grain: one touch. Every touch gets the same.", "Every touch gets the same."),
        ("Grain: one touch. 0.2 to the\n first. More.", "0.2 to the first."),
        ("Grain alone.", ""),
        ("", ""),
    ],
)
def test_the_sentence_of_a_model(description: str, sentence: str) -> None:
    assert model_sentence(description) == sentence
