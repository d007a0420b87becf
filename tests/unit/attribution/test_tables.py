"""Markov from table to table, over DuckDB's cursor in place of any engine's."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from orchestration.lib.attribution.chain import MarkovError
from orchestration.lib.attribution.tables import effects_query, solve_columns, solve_in_database

# google: 2 converted, 1 lost; mailing: 1; google>mailing: 1. The key of google is 7, that of mailing 3.
EXAMPLE_3A = [
    (-1, 0, 7, 4), (-1, 1, 3, 1), (0, 1, 3, 1), (0, -2, None, 2), (0, -3, None, 1), (1, -2, None, 2),
]  # fmt: skip


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.transitions"
            " (origin_state bigint, target_state bigint, target_key_number bigint, journeys bigint)"
        )
        yield connection


def fill(database: duckdb.DuckDBPyConnection, rows: list[tuple[int, int, int | None, int]]) -> None:
    database.executemany("insert into intermediate.transitions values (?, ?, ?, ?)", rows)


def solve(database: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    solve_in_database(database, "intermediate.transitions", "intermediate.effects")
    return database.execute("select * from intermediate.effects order by all").fetchall()


def test_example_3a_from_table_to_table(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, EXAMPLE_3A)
    assert solve(database) == [(3, 0.5, 0.4, 0.8), (7, 0.75, 0.6, 0.8)]
    # Again: the table is replaced.
    assert solve(database) == [(3, 0.5, 0.4, 0.8), (7, 0.75, 0.6, 0.8)]


def test_columns_keep_their_names_and_types(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, EXAMPLE_3A)
    solve(database)
    assert database.execute("describe intermediate.effects").fetchall()[0][:2] == ("key_number", "BIGINT")
    names = [row[0] for row in database.execute("describe intermediate.effects").fetchall()]
    assert names == ["key_number", "removal_effect", "share", "conversion_rate"]


def test_no_journeys_make_an_empty_table(database: duckdb.DuckDBPyConnection) -> None:
    assert solve(database) == []
    assert [row[1] for row in database.execute("describe intermediate.effects").fetchall()] == [
        "BIGINT", "DOUBLE", "DOUBLE", "DOUBLE",
    ]  # fmt: skip


def test_nothing_converts(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, [(-1, 0, 5, 3), (0, -3, None, 3)])
    assert solve(database) == [(5, 0.0, None, 0.0)]


def test_the_old_effects_stay_when_the_steps_are_wrong(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, EXAMPLE_3A)
    before = solve(database)
    database.execute("delete from intermediate.transitions where target_state < 0")
    with pytest.raises(MarkovError, match="come to no end"):
        solve_in_database(database, "intermediate.transitions", "intermediate.effects")
    assert database.execute("select * from intermediate.effects order by all").fetchall() == before


def test_columns_as_numpy_with_nulls_masked(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, EXAMPLE_3A)
    columns = database.execute("select * from intermediate.transitions").fetchnumpy()
    assert [tuple(effect) for effect in solve_columns(columns)] == [(3, 0.5, 0.4, 0.8), (7, 0.75, 0.6, 0.8)]


def test_a_state_of_two_keys_is_refused() -> None:
    rows = np.array([(-1, 0, 7, 1), (0, 0, 8, 1), (0, -2, -1, 1)])
    columns = dict(
        zip(("origin_state", "target_state", "target_key_number", "journeys"), rows.T, strict=True)
    )
    with pytest.raises(MarkovError, match="one key number"):
        solve_columns(columns)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MarkovError, match="'target_key_number'"):
        solve_columns({"origin_state": np.array([]), "target_state": np.array([])})


def test_doubles_survive_the_query(database: duckdb.DuckDBPyConnection) -> None:
    fill(database, [(-1, 0, 0, 3 * 10**12), (0, -2, None, 1), (0, -3, None, 3 * 10**12 - 1)])
    columns = database.execute("select * from intermediate.transitions").fetchnumpy()
    effects = solve_columns(columns)
    assert database.execute(effects_query(effects)).fetchall() == [tuple(effect) for effect in effects]
    assert effects[0].conversion_rate == pytest.approx(1 / (3 * 10**12), rel=1e-11)
