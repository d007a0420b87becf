"""No table is published with an amount that nothing holds against the orders and the ledger."""

from __future__ import annotations

import re

import pytest

from orchestration.lib.settings import DBT_PROJECT
from tests.support.marts import read_contracts
from tests.support.money import ESTIMATED, RECONCILED, is_money, reconciled_by

CONTRACTS = read_contracts()


def data_tests() -> dict[str, str]:
    """The text of every data test: singular ones, and the `sound` tests of the YAML files."""
    found = {
        file.stem: file.read_text(encoding="utf-8") for file in (DBT_PROJECT / "tests").rglob("assert_*.sql")
    }
    for file in (DBT_PROJECT / "models").rglob("*.yml"):
        for model in re.split(r"\n  - name: ", file.read_text(encoding="utf-8"))[1:]:
            name = re.search(r"name: (sound_\w+)", model)
            if name:
                found[name[1]] = model.partition("\n    columns:")[0]
    return found


TESTS = data_tests()


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_every_amount_is_reconciled_or_said_to_be_an_estimate(table: str) -> None:
    amounts = {str(column["name"]) for column in CONTRACTS[table] if is_money(column)}
    estimated = ESTIMATED.get(table, frozenset())
    assert not estimated & set(reconciled_by(table))
    assert amounts == set(reconciled_by(table)) | estimated


@pytest.mark.parametrize("table", sorted(RECONCILED))
def test_the_reconciling_test_reads_the_table_and_the_column(table: str) -> None:
    for column, test in reconciled_by(table).items():
        assert test in TESTS, f"{table}.{column}: there is no data test {test}"
        if not test.startswith("sound_") and table != "fct_attribution":
            assert re.search(rf"\b{table}\b", TESTS[test]), f"{test} does not read {table}"


def test_no_table_is_reconciled_that_is_not_published() -> None:
    assert (RECONCILED.keys() | ESTIMATED.keys()) - CONTRACTS.keys() == set()
