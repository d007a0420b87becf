"""People who are known only through ten thousand others: the rounds go on until nothing changes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.warehouse import build, settings_for
from tests.support.world import write_registry

ORDERS = 10_000
GAP = 4_321


def chain(name: str, without: int | None = None) -> list[str]:
    """Orders that each share a customer with the one before and an e-mail with the one after, by turns."""
    start = datetime(2026, 1, 1)
    return [
        f"{name}{n},{start + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ},"
        f"{name}{(n + 1) // 2},{name}{n // 2}@shop.example,paid,USD,10.00"
        for n in range(ORDERS)
        if n != without
    ]


@pytest.mark.slow
def test_a_chain_of_ten_thousand_is_one_person_and_a_gap_makes_two(tmp_path: Path) -> None:
    write_registry(tmp_path / "registry")
    settings = settings_for(tmp_path / "landing", tmp_path / "registry", tmp_path / "data")
    rows = [*chain("whole"), *chain("cut", without=GAP)]
    random.Random(7).shuffle(rows)
    file = settings.landing / "orders" / "standard" / "chains.csv"
    file.parent.mkdir(parents=True)
    header = "order_id,ordered_at,customer_id,email,status,currency,subtotal"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    # Seeds and models; tests look at more than identity.
    command = ["build", "--exclude-resource-type", "unit_test", "test", "--select"]
    command += ["+int_person_identifiers", "int_identifiers"]
    build(settings, command)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        people = connection.execute(
            """
            select min(identifier), count(distinct person_id), count(*)
            from intermediate.int_person_identifiers
            inner join intermediate.int_identifiers using (identifier_type, identifier_key)
            where identifier_type in ('customer', 'order')
            group by starts_with(identifier, 'customer:whole') or starts_with(identifier, 'order:whole')
            order by 1
            """
        ).fetchall()
        # A person is named after the identifier first seen, ties by hash.
        names = connection.execute(
            """
            select count(*)
            from (
                select
                    person_id,
                    min_by(identifier_hash, (identifiers.first_seen_at, identifier_hash)) as oldest
                from intermediate.int_person_identifiers
                inner join intermediate.int_identifiers as identifiers using (identifier_type, identifier_key)
                group by person_id
            )
            where person_id = oldest
            """
        ).fetchall()
    customers = ORDERS // 2 + 1
    assert people == [
        ("customer:cut0", 2, ORDERS - 1 + customers),
        ("customer:whole0", 1, ORDERS + customers),
    ]
    assert names == [(3,)]
