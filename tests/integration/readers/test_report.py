"""The report: one file, figures of the marts, nothing loaded, names stay text."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib.readers import executive, open_reader
from orchestration.lib.readers.filters import Filters
from orchestration.lib.report import ReportError, write_report
from orchestration.lib.report.svg import Bar, intervals, trend
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><b>",
    "x" * 10_000,
    "שרה \u202eevil",
)
# No script, image, link, form or frame.
ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "h1",
    "h2",
    "p",
    "div",
    "section",
    "span",
}
ALLOWED |= {"svg", "text", "line", "polyline", "polygon", "circle", "details", "summary", "dl", "dt", "dd"}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td"}


class Elements(HTMLParser):
    """Every element and attribute of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parse(file: Path) -> Elements:
    found = Elements()
    found.feed(file.read_text(encoding="utf-8"))
    return found


def test_it_holds_the_figures_of_the_marts(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write_report(published, out, "linear")
    reader = open_reader(published)
    totals = executive.totals(reader, Filters("linear"))
    reader.close()
    words = parse(out).words
    assert any("Linear attribution · 90-day window · USD" in text for text in words)
    assert f"{totals.cost:,.0f} USD" in words or f"{totals.cost:,.2f} USD" in words
    assert "Best and worst" in words and "What these figures mean" in words


def test_nothing_in_it_loads_or_runs(tmp_path: Path) -> None:
    write_marts(tmp_path / "warehouse.duckdb", Size(names=HOSTILE))
    publish_run(tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb", "run-1")
    out = tmp_path / "report.html"
    write_report(tmp_path / "roi.duckdb", out)
    page = parse(out)
    assert page.tags <= ALLOWED
    assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "href", "style")]
    source = out.read_text(encoding="utf-8")
    assert "://" not in source and "url(" not in source and "@import" not in source
    assert "default-src 'none'" in source
    assert HOSTILE[0] in page.words
    assert not any("x" * 100 in text or "\u202e" in text for text in page.words)


@pytest.mark.parametrize("size", [Size(0, 0, 10), Size(1, 5, 10)], ids=["empty", "one influencer"])
def test_little_data_is_fine(tmp_path: Path, size: Size) -> None:
    write_marts(tmp_path / "warehouse.duckdb", size)
    publish_run(tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb", "run-1")
    write_report(tmp_path / "roi.duckdb", tmp_path / "report.html")
    found = parse(tmp_path / "report.html").words
    assert "What influencers brought in" in found
    assert "There was one run only, so there is nothing to compare it with." in found


def test_charts_draw_all_that_there_is() -> None:
    days = [date(2026, 1, day) for day in (1, 8, 15)]
    drawn = trend(days, [0.0, 10.0, -5.0], [1.0, 2.0, 3.0], "week")
    assert drawn.count(",") >= 9 and "<title>Revenue and cost by week</title>" in drawn
    # One period, and nothing but zeros, have a scale too.
    assert "nan" not in trend(days[:1], [0.0], [0.0], "day")
    rows = [Bar("a & b", 50.0, 10.0, 90.0), Bar("<c>", -20.0, None, None)]
    drawn = intervals(rows, "ROI")
    # Once for wide and once for narrow screens, where a name has less space.
    assert drawn.count("<svg") == 2 and drawn.count("<circle") == 4 and drawn.count('class="interval') == 2
    long = intervals([Bar("n" * 40, 1.0, None, None)], "ROI")
    assert f">{'n' * 31}…<" in long and f">{'n' * 13}…<" in long
    assert "a &amp; b" in drawn and "&lt;c&gt;" in drawn


def test_the_command_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROI_DATA", str(tmp_path))
    out = tmp_path / "report.html"
    run = CliRunner().invoke(app, ["report", "--out", str(out)])
    assert run.exit_code == 1 and "make run" in run.output and not out.exists()


def test_an_unknown_model_and_a_missing_folder_are_named(published: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no attribution model 'bogus'.*there are: first_touch"):
        write_report(published, tmp_path / "report.html", "bogus")
    with pytest.raises(ReportError, match="nowhere/report.html cannot be written: No such file"):
        write_report(published, tmp_path / "nowhere" / "report.html")
    assert list(tmp_path.iterdir()) == []
