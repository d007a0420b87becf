"""Text from data on a terminal, and the ROI table made of it."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.console import Console

from orchestration.lib.report_table import InfluencerRoi, roi_table
from orchestration.lib.run_progress import TerminalProgress
from orchestration.lib.terminal import plain, stated

HOSTILE = {
    "\x1b[31mred\x1b[0m": "[31mred [0m",
    "two\nlines\tand\r tabs": "two lines and tabs",
    "right\u202eto left": "rightto left",
    "zero\u200bwidth": "zerowidth",
    "[bold]markup[/bold]": "[bold]markup[/bold]",
    "Chloé 東京 🎉": "Chloé 東京 🎉",
    "bell\x07": "bell",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_control_and_invisible_characters_never_reach_the_terminal(text: str) -> None:
    assert plain(text) == HOSTILE[text]


def test_long_text_is_cut_to_the_width() -> None:
    assert plain("x" * 10_000, 10) == "x" * 9 + "…"
    assert plain("x" * 10, 10) == "x" * 10


def shown(lines: list[InfluencerRoi], width: int = 120, terminal: bool = False, limit: int = 25) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=terminal).print(roi_table(lines, "USD", limit))
    return out.getvalue()


def line(name: str, cost: str = "1000", roi: float | None = 25.4) -> InfluencerRoi:
    revenue = (Decimal("1254.50"), Decimal("1254.00"), None)
    return InfluencerRoi(name, revenue, Decimal(cost), 41.5, roi)


def test_a_hostile_name_stays_text_in_the_table() -> None:
    text = shown([line(name) for name in HOSTILE] + [line("x" * 10_000)])
    assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text
    assert "[bold]markup[/bold]" in text
    assert max(map(len, text.splitlines())) <= 120


def test_numbers_are_whole_and_missing_ones_are_dashes() -> None:
    text = shown([line("Ada"), line("Bo", "0", None)])
    ada, bo = (row for row in text.splitlines() if "Ada" in row or "Bo" in row)
    assert ada.split() == [
        "│",
        "Ada",
        "│",
        "1,254",
        "│",
        "1,254",
        "│",
        "-",
        "│",
        "1,000",
        "│",
        "41.50",
        "│",
        "25",
        "│",
    ]
    assert bo.split()[-2] == "-"


def test_the_table_says_its_models_and_currency_and_what_it_leaves_out() -> None:
    text = shown([line(f"Creator {n}") for n in range(30)], limit=10)
    for words in ("first_touch", "position_based", "last_touch", "USD", "10 of 30 influencers"):
        assert words in text
    assert "Creator 9" in text and "Creator 10" not in text


def test_numbers_survive_a_narrow_terminal() -> None:
    text = shown([line("A name of some length", "1234567")], width=80)
    assert "1,234,567" in text and "41.50" in text
    assert max(map(len, text.splitlines())) <= 80


def test_colours_are_for_terminals_only() -> None:
    assert "\x1b[" in shown([line("Ada")], terminal=True)
    assert "\x1b[" not in shown([line("Ada")])


def test_a_log_gets_a_line_a_phase_and_no_bars() -> None:
    out = io.StringIO()
    with TerminalProgress(Console(file=out, width=120)) as progress:
        progress.start("files", 2)
        progress.step("files", "clicks/standard/a.csv")
        progress.problem("first\nsecond [red]\x1b[31m")
        progress.finish("files", "2 files loaded")
    lines = out.getvalue().splitlines()
    assert [text.strip() for text in lines[:2]] == ["first", "second [red] [31m"]
    assert lines[2].endswith("Loading files: 2 files loaded")
    assert len(lines) == 3


def test_a_terminal_shows_a_bar_for_each_phase() -> None:
    out = io.StringIO()
    with TerminalProgress(Console(file=out, width=120, force_terminal=True)) as progress:
        progress.start("models", 10)
        progress.step("models", "fct_[b]sessions")
        progress._bars.refresh()
    assert "Building models" in out.getvalue() and "1/10" in out.getvalue()
    assert "fct_[b]sessions" in out.getvalue()


@pytest.mark.parametrize(
    ("said", "stated_as"),
    [
        ("IO Error: read\n\n 8 bytes", "IO Error: read 8 bytes."),
        ("Is it there?", "Is it there?"),
        ("Done.", "Done."),
        ("", "ValueError."),
    ],
)
def test_an_error_ends_like_a_sentence(said: str, stated_as: str) -> None:
    assert stated(ValueError(said)) == stated_as
