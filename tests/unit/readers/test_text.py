"""Values for people, and texts from data that stay text wherever they are put."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.lib.readers import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (12, "12"),
        (12.345, "12.35"),
        (Decimal("74.10"), "74.10"),
        (123.9, "124"),
        (99_999, "99,999"),
        (123_456, "123k"),
        (1_234_567, "1.23M"),
        (-1_234_567, "−1.23M"),
        (2.5e9, "2.50B"),
    ],
)
def test_a_figure_for_a_tile(value: Any, shown: str) -> None:
    assert text.short(value) == shown


def test_nothing_is_minus_zero() -> None:
    assert text.number(-0.2) == "0"
    assert text.number(-0.2, 1) == "−0.2"
    assert text.percent(-0.4, signed=True) == "0\u00a0%"
    assert text.percent(12.4, signed=True) == "+12\u00a0%"
    assert text.percent(None) == "–"
    assert text.share(0.1234) == "12.3\u00a0%"


def test_intervals_and_days() -> None:
    assert text.interval(-2.4, 23.6, text.PCT) == "−2 to 24\u00a0%"
    assert text.interval(None, 3) == ""
    assert text.day(date(2026, 6, 3)) == "3 Jun 2026"
    assert text.moment(datetime(2026, 6, 3, 4, 5)) == "3 Jun 2026 04:05 UTC"
    assert text.day(None) == "–"


def test_a_name_is_one_short_line_that_cannot_turn_its_surroundings() -> None:
    assert text.name("two\nlines\tand\x1b[31mmore") == "two lines and [31mmore"
    assert text.name("a" * 100, 10) == "a" * 9 + "…"
    assert text.name("שרה \u202eevil") == "\u2068שרה evil\u2069"
    assert text.name("José") == "José"


@pytest.mark.parametrize("mark", ["*a*", "`a`", "[a](b)", "<b>", "$a$", "# a", "a|b", "~a~", "a\\b", "&lt;"])
def test_markdown_characters_stand_for_themselves(mark: str) -> None:
    assert "".join(char for char in text.markdown(mark) if char != "\\") == mark.replace("\\", "")
    assert text.markdown(mark) != mark


@pytest.mark.parametrize("name", [":smile:", ":red[a]", "https://a.example", "www.a.example", "a@b.example"])
def test_icons_and_addresses_are_not_recognised(name: str) -> None:
    shown = text.markdown(name).replace("\\", "")
    assert shown != name
    assert shown.replace("\u2060", "") == name


FORMULAS = ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "\uff1d1+1", "\u00a0=1", "=HYPERLINK(1)"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_text_cannot_become_a_formula(cell: str) -> None:
    written = text.csv_text(["name"], [[cell]])
    [[_], [value]] = list(csv.reader(io.StringIO(written, newline="")))
    assert value == f"'{cell}"


def test_numbers_times_and_nothing_are_written_as_they_are() -> None:
    row = [-1.5, Decimal("-0.01"), None, date(2026, 1, 2), True, "plain", ""]
    assert text.csv_text(["a", "=b"], [row]) == "a,'=b\r\n-1.5,-0.01,,2026-01-02,True,plain,\r\n"


@given(st.text())
def test_whatever_a_text_is_it_is_there_and_no_formula(cell: str) -> None:
    [_, row] = list(csv.reader(io.StringIO(text.csv_text(["name"], [[cell]]), newline=""))) or [[], []]
    value = row[0] if row else ""
    assert value in (cell, f"'{cell}")
    assert value.lstrip(" \u00a0")[:1] not in set("=+-@\t\r\n") or not value.strip()
