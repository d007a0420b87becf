"""Columns of text from numbers: exact, unique, and readable by others."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from orchestration.lib.sample import text

HOSTILE = [
    "plain",
    'quo"te',
    "com,ma",
    "line\nbreak",
    "back\\slash",
    "crème 🍋",
    "",
    None,
    " edges ",
    "1",
    "a\tb",
]


def test_iso_times_are_exact_to_the_microsecond() -> None:
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(2099, 12, 31, 12, 0, 7, 50_000, tzinfo=UTC),
    ]
    micro = [(moment - moments[0]) // timedelta(microseconds=1) for moment in moments]
    shown = text.iso_times(np.array(micro, dtype=np.int64)).to_pylist()
    assert shown == [moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for moment in moments]


def test_money_is_exact_and_signed() -> None:
    cents = np.array([0, 1, 99, 100, 123_456_789_012, -1, -250], dtype=np.int64)
    expected = [Decimal(int(value)) / 100 for value in cents]
    assert text.money(cents).to_pylist() == expected
    known = cents >= 0
    assert text.money(cents, known).to_pylist() == [value if value >= 0 else None for value in expected]


def test_scrambled_numbers_never_meet() -> None:
    numbers = np.concatenate([np.arange(200_000), (1 << 44) - 1 - np.arange(1_000)])
    shown = text.scrambled(numbers, 12_345).to_pylist()
    assert len(set(shown)) == len(numbers)
    assert all(len(one) == 11 for one in shown)
    assert shown != text.scrambled(numbers, 12_346).to_pylist()


def test_lookup_and_coded_agree() -> None:
    codes = np.array([0, 1, -1, 2, 1], dtype=np.int64)
    values = ("", "one", "two")
    expected = [None, "one", None, "two", "one"]
    assert text.lookup(values, codes).to_pylist() == expected
    assert text.coded(values, codes).to_pylist() == expected


def test_spread_puts_values_at_their_rows() -> None:
    known = np.array([False, True, True, False, True])
    assert text.spread(pa.array(["a", "b", "c"]), known).to_pylist() == [None, "a", "b", None, "c"]
    assert text.spread(pa.array([], type=pa.string()), np.zeros(2, dtype=bool)).to_pylist() == [None, None]


@pytest.fixture
def hostile() -> pa.Table:
    size = len(HOSTILE)
    known = np.arange(size) % 3 > 0
    return pa.table(
        {
            "words": pa.array(HOSTILE),
            "coded": text.coded(tuple(value or "" for value in HOSTILE), np.arange(size)),
            "amount": text.money(np.arange(size) * 1_234 - 2_000, known),
            "at": text.timestamps(np.arange(size) * 86_400_000_001, known),
            "seconds": pa.array(np.arange(size) / 10, mask=~known),
        }
    )


def test_csv_lines_read_back(hostile: pa.Table) -> None:
    written = text.csv_header(hostile.column_names) + text.csv_lines(hostile)
    rows = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
    assert [row["words"] for row in rows] == [value or "" for value in HOSTILE]
    assert [row["coded"] for row in rows] == [value or "" for value in HOSTILE]
    assert rows[1]["amount"] == "-7.66" and rows[0]["amount"] == ""
    assert rows[2]["at"] == "1970-01-03T00:00:00.000002Z"


def test_json_lines_read_back(hostile: pa.Table) -> None:
    rows = [json.loads(line) for line in text.json_lines(hostile).decode().splitlines()]
    assert [row["words"] for row in rows] == HOSTILE
    assert [row["coded"] or "" for row in rows] == [value or "" for value in HOSTILE]
    assert rows[1]["amount"] == -7.66 and rows[0]["amount"] is None
    assert rows[0]["seconds"] is None and rows[1]["seconds"] == 0.1


def test_empty_tables_write_nothing() -> None:
    empty = pa.table({"a": pa.array([], type=pa.string()), "b": pa.array([], type=pa.timestamp("us"))})
    assert text.csv_lines(empty) == b""
    assert text.json_lines(empty) == b""
