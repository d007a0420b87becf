"""Long answers in parts: a page of them, in an order, of those with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orchestration.lib.readers import Reader, Rows, Table, budget, influencers, models, open_reader
from orchestration.lib.readers.filters import Filters
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run

CHOSEN = Filters("position_based")
# Each with a figure to order by.
LONG: dict[str, tuple[Callable[..., Table], tuple[Any, ...], str]] = {
    "listing": (influencers.listing, (CHOSEN, ""), "roi_pct"),
    "rank_changes": (models.rank_changes, ("linear", "last_touch"), "other_revenue"),
    "side_by_side": (models.side_by_side, ("roi_pct",), "markov"),
    "scorecard": (budget.scorecard, (CHOSEN,), "roi_pct"),
    "planned": (budget.planned, (), "gain_low"),
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("long")
    write_marts(folder / "warehouse.duckdb", Size(influencers=57, purchases=900, names=("A_%' \"b",)))
    publish_run(folder / "warehouse.duckdb", folder / "roi.duckdb", "run-1")
    reader = open_reader(folder / "roi.duckdb")
    yield reader
    reader.close()


@pytest.mark.parametrize("name", LONG)
def test_the_pages_of_an_answer_are_the_answer(reader: Reader, name: str) -> None:
    question, arguments, _ = LONG[name]
    whole = question(reader, *arguments)
    assert len(whole) > 20 and whole.total == len(whole)
    pages = [question(reader, *arguments, Rows(first=first, number=10)) for first in range(0, len(whole), 10)]
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert {page.total for page in pages} == {len(whole)}
    beyond = question(reader, *arguments, Rows(first=1000, number=10))
    assert not beyond and beyond.total == len(whole)


@pytest.mark.parametrize("name", LONG)
def test_an_order_is_of_all_rows_with_unknown_figures_last(reader: Reader, name: str) -> None:
    question, arguments, figure = LONG[name]
    whole = question(reader, *arguments)
    values = [value for value in whole.column(figure) if value is not None]
    assert len(set(values)) > 5
    unknown = [None] * (len(whole) - len(values))
    for ascending in (False, True):
        table = question(reader, *arguments, Rows(order=figure, ascending=ascending))
        assert table.column(figure) == sorted(values, reverse=not ascending) + unknown
        assert sorted(table.column("influencer_id")) == sorted(whole.column("influencer_id"))
    with pytest.raises(ValueError, match="is no column of this answer"):
        question(reader, *arguments, Rows(order="1; drop table x"))


@pytest.mark.parametrize("name", LONG)
def test_a_name_is_text_in_any_case(reader: Reader, name: str) -> None:
    question, arguments, _ = LONG[name]
    assert question(reader, *arguments, Rows("a_%' \"B")).column("influencer_id") == ["inf_00000"]
    some = question(reader, *arguments, Rows("CREATOR 1", number=3))
    assert len(some) == 3 and all("Creator 1" in name for name in some.column("influencer_name"))
    assert some.total == len(question(reader, *arguments, Rows("creator 1")))
    assert not question(reader, *arguments, Rows("%' or true --"))


def test_names_are_few_and_have_the_chosen_one(reader: Reader) -> None:
    everybody = influencers.names(reader)
    assert len(everybody) == 57 and [name.lower() for _, name in everybody] == sorted(
        name.lower() for _, name in everybody
    )
    last = everybody[-1]
    assert influencers.names(reader, always=last[0], number=3) == [*everybody[:2], last]
    assert influencers.names(reader, "A_%' \"B", last[0]) == [("inf_00000", "A_%' \"b"), last]
    assert influencers.names(reader, "nobody at all", "nobody") == []


def test_the_largest_are_those_that_cost_or_brought_most(reader: Reader) -> None:
    whole = influencers.listing(reader, CHOSEN).dicts()
    assert influencers.count(reader, CHOSEN) == len(whole)
    assert influencers.count(reader, CHOSEN, "creator 1") == 11
    largest = sorted(
        whole, key=lambda row: (-max(row["total_cost"], row["attributed_revenue"]), row["influencer_id"])
    )[:9]
    expected = [row["influencer_id"] for row in whole if row in largest]
    assert influencers.largest(reader, CHOSEN, "", 9).column("influencer_id") == expected
    assert len(influencers.largest(reader, CHOSEN, "", 1000)) == len(whole)
