"""Every format has test data; what stands in it loads whole, and a foreign file is refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.ingestion.formats import all_formats
from tests.support.ingestion import Landing

DATA = Path(__file__).parent / "data"
EXAMPLES = sorted(path for path in DATA.iterdir())


def put_example(landing: Landing, name: str, mtime: float | None = None) -> str:
    """Copies an example to where its name says: dataset-format.anything."""
    dataset, _, rest = name.partition("-")
    path = f"{dataset}/{rest.split('.')[0]}/{name}"
    landing.put(path, (DATA / name).read_bytes(), mtime=mtime)
    return path


def test_every_format_has_an_example():
    shown = {tuple(path.name.split(".")[0].split("-")) for path in EXAMPLES}
    assert shown == set(all_formats())


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES])
def test_every_example_loads_whole(landing: Landing, name: str):
    path = put_example(landing, name)
    result = landing.result(path, landing.load())
    assert (result.status, result.reason, landing.quarantined()) == ("loaded", None, [])
    assert result.rows == result.rows_read > 0
    assert sum(result.tables.values()) >= result.rows


def test_formats_with_one_row_a_record_load_straight_from_the_reader(landing: Landing):
    for path in EXAMPLES:
        put_example(landing, path.name)
    direct = {file.path.split("/")[-1] for file in landing.load().files if file.direct}
    assert direct == {
        "clicks-ga4.jsonl", "clicks-snowplow.csv", "clicks-snowplow.tsv", "clicks-weblog.log",
        "clicks-standard.csv", "orders-standard.csv", "order_lines-standard.csv", "refunds-standard.csv",
        "contacts-standard.csv", "contacts-salesforce.csv", "contacts-salesforce.report.csv",
    }  # fmt: skip


FOREIGN = '{"products": [{"title": "x"}]}\n'


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("clicks/ga4", "a.jsonl"), ("clicks/segment", "a.json"), ("clicks/weblog", "a.log"),
        ("orders/shopify_api", "a.json"), ("orders/woocommerce", "a.json"), ("contacts/hubspot", "a.json"),
    ],
)  # fmt: skip
def test_a_file_without_one_record_of_its_format_is_refused_whole(landing: Landing, folder: str, name: str):
    result = landing.load_one(f"{folder}/{name}", FOREIGN)
    assert result.status == "quarantined"
    assert "not what its folder says" in str(result.reason) or "the header lacks" in str(result.reason)


def test_loading_all_examples_twice_changes_nothing(landing: Landing):
    for path in EXAMPLES:
        put_example(landing, path.name)
    assert len(landing.load().loaded) == len(EXAMPLES)
    assert len(landing.load().skipped) == len(EXAMPLES)
