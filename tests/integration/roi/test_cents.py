"""A cent too much in any amount of any published table is found by the data test that answers for it."""

from __future__ import annotations

import duckdb
import pytest

from tests.support.money import RECONCILED

CASES = [
    pytest.param(table, column, test, id=f"{table}-{column}")
    for table, columns in RECONCILED.items()
    # The fact is a view over the models' stores; test_dbt_data_tests.py puts the cent there.
    if table != "fct_attribution"
    for column, test in columns.items()
]


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column", "test"), CASES)
def test_a_cent_is_found(
    queries: dict[str, str], connection: duckdb.DuckDBPyConnection, table: str, column: str, test: str
) -> None:
    relation = f'"{connection.execute("select current_database()").fetchall()[0][0]}"."marts"."{table}"'
    assert relation in queries[test], f"{test} does not read {table}"
    # Where the world has no such amount, one that comes out of nothing must be found.
    connection.execute(
        f"""
        create or replace temp table one_cent_more as
        select * replace (
            case when row_number() over (order by "{column}" desc nulls last, all_of_it) = 1
                then coalesce("{column}", 0) + 0.01 else "{column}" end as "{column}"
        )
        from (select *, cast(stored as varchar) as all_of_it from {relation} as stored)
        """
    )
    assert connection.execute("select count(*) > 0 from one_cent_more").fetchall() == [(True,)]
    assert connection.execute(queries[test]).fetchall() == []
    assert connection.execute(queries[test].replace(relation, "one_cent_more")).fetchall()
