"""The direct and the careful way of loading keep the same rows, and nothing is lost between them."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.ingestion import Landing

COLUMNS = ["event_id", "event_at", "visitor_id", "event_name", "page_url", "colour"]
KEPT = (
    "select event_id, visitor_id, event_name, page_url, extra, event_key, visitor_key from raw.clicks"
    " order by all"
)
# Whatever makes readers stumble: quotes, separators, line breaks, blanks, backslashes, letters beyond ASCII.
TEXT = st.text(alphabet="a\",\n\r \\'é日{}[]:;\t", max_size=8)
ROW = st.tuples(TEXT, TEXT, TEXT, TEXT)


def encode(rows: list[tuple[str, str, str, str]], kind: str, broken: bool) -> str:
    full = [[event_id, "2024-01-01", visitor, "x", url, colour] for event_id, visitor, url, colour in rows]
    full += [["", "never", "", "x", "", ""]] if broken else []
    if kind == "jsonl":
        return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in full)
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([COLUMNS, *full])
    return text.getvalue()


def load(rows: list[tuple[str, str, str, str]], kind: str, broken: bool) -> list[tuple]:
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder))
        result = landing.load_one(f"clicks/standard/f.{kind}", encode(rows, kind, broken))
        assert (result.status, result.rows, result.rows_quarantined) == ("loaded", len(rows), int(broken))
        assert not (broken and result.direct)
        return landing.rows(KEPT)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, max_size=6), st.sampled_from(["csv", "csv.gz"]))
@example([("a", "v", 'say "hi"\r\nthere', "\\")], "csv")
def test_both_ways_of_loading_csv_keep_the_same_rows(rows: list[tuple[str, str, str, str]], kind: str):
    assert load(rows, kind, broken=False) == load(rows, kind, broken=True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, min_size=1, max_size=6))
def test_both_ways_of_loading_json_keep_the_same_rows(rows: list[tuple[str, str, str, str]]):
    assert load(rows, "jsonl", broken=False) == load(rows, "jsonl", broken=True)
