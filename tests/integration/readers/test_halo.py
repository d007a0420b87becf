"""What is said of orders without a trace is what the mart's verdict allows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.lib.readers import open_reader
from orchestration.lib.readers.halo import halo_of, verdict
from tests.support.marts import Size, write_marts
from tests.support.published import publish_run


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("select 1", "All posts together brought about 30 such orders (5 to 61)."),
        (
            "update marts.mart_post_halo set verdict = 'none', total_halo_orders_low = -3",
            "Of all posts together no such orders can be shown: the interval −3 to 61 is not above zero.",
        ),
        ("update marts.mart_post_halo set verdict = 'unknown'", "There are too few posts, orders or weeks"),
        ("delete from marts.mart_post_halo", "There are too few posts, orders or weeks"),
    ],
)
def test_the_verdict_is_a_sentence(tmp_path: Path, change: str, said: str) -> None:
    write_marts(tmp_path / "warehouse.duckdb", Size(purchases=10))
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(change)
    publish_run(tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb", "run-1")
    reader = open_reader(tmp_path / "roi.duckdb")
    assert verdict(reader).startswith(said)
    posts = halo_of(reader, "inf_00003").dicts()
    assert [post["halo_orders"] for post in posts] == ([] if change.startswith("delete") else [0.5])
    reader.close()
