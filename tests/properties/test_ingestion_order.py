"""However rows are split into files, shuffled, copied and spread over runs, they are the same rows."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.ingestion import Landing

ORDER_COLUMNS = ["order_id", "ordered_at", "currency", "subtotal", "updated_at"]
COLUMNS = ["event_id", "event_at", "visitor_id", "event_name", "event_value", "page_url"]
ROWS = [
    [
        f"e{i % 9}" if i % 4 else "",
        f"2024-01-0{i % 5 + 1}T00:00:00Z",
        f"v{i % 3}",
        "x",
        f"{i % 6}.50",
        f'/{i % 7}?a,"b',
    ]
    for i in range(24)
] + [["bad", "never", "v", "x", "1", ""], ["bad too", "2024-01-01", "v", "", "1", ""]]
ORDERS = [[f"o{i % 5}", "2024-01-01", "USD", f"{i}.00", f"2024-02-{i + 1:02d}"] for i in range(12)]

EVENT = (
    "select event_id, event_at, visitor_id, event_name, event_value, page_url, event_key, visitor_key"
    " from raw.clicks group by all order by all"
)
NEWEST = (
    "select order_id, subtotal, _version_at from raw.orders"
    " qualify row_number() over (partition by order_id order by _version_at desc, _file_path desc) = 1"
    " order by order_id"
)
BAD = (
    "select reason, count(distinct raw_text ilike '%bad too%') from raw.quarantine group by all order by all"
)


def encode(columns: list[str], rows: list[list[str]], kind: str) -> str:
    if kind == "jsonl":
        return "".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def load(files: list[tuple[str, str]], runs: list[int]) -> tuple[list[tuple], ...]:
    """Loads (path, content) files over several runs; `runs` says in which run each file arrives."""
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(Path(folder))
        for run in range(max(runs, default=0) + 1):
            for i, (path, content) in enumerate(files):
                if runs[i] == run:
                    landing.put(path, content, mtime=1000 + i)
            landing.load()
        return landing.rows(EVENT), landing.rows(NEWEST), landing.rows(BAD)


@cache
def whole() -> tuple[list[tuple], ...]:
    files = [
        ("clicks/standard/all.csv", encode(COLUMNS, ROWS, "csv")),
        ("orders/standard/all.csv", encode(ORDER_COLUMNS, ORDERS, "csv")),
    ]
    return load(files, [0, 0])


@st.composite
def splits(draw) -> tuple[list[tuple[str, str]], list[int]]:
    """Every row in at least one file, some in several, files of both encodings, over up to three runs."""
    files: list[tuple[str, str]] = []
    for dataset, columns, rows in (("clicks", COLUMNS, ROWS), ("orders", ORDER_COLUMNS, ORDERS)):
        shuffled = draw(st.permutations(rows + draw(st.lists(st.sampled_from(rows), max_size=6))))
        cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
        for n, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(shuffled)], strict=True)):
            if start == end:
                continue
            kind = draw(st.sampled_from(["csv", "csv.gz", "jsonl"]))
            content = encode(columns, shuffled[start:end], kind.removesuffix(".gz"))
            files.append((f"{dataset}/standard/part{n}.{kind}", content))
            if draw(st.booleans()):
                files.append((f"{dataset}/standard/again/part{n}.{kind}", content))
    order = draw(st.permutations(files))
    return list(order), draw(st.lists(st.integers(0, 2), min_size=len(files), max_size=len(files)))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(splits())
def test_the_same_rows_in_any_files_in_any_order_are_the_same_rows(
    split: tuple[list[tuple[str, str]], list[int]],
):
    for found, expected in zip(load(*split), whole(), strict=True):
        assert found == expected
