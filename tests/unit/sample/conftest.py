"""One small world for all tests of this folder, opened with DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.lib.sample import SampleReport, write_sample

PEOPLE, DAYS, SEED = 2_500, 120, 11


@dataclass(frozen=True)
class Opened:
    """A written world with its tables as views."""

    report: SampleReport
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


READERS = {
    "csv": "read_csv('{}', all_varchar=true, header=true)",
    "csv.gz": "read_csv('{}', all_varchar=true, header=true)",
    "jsonl.gz": "read_json('{}', format='newline_delimited')",
    "parquet": "read_parquet('{}')",
}
MONEY = ("subtotal", "discount_amount", "shipping_amount", "tax_amount", "total_amount")


def open_world(report: SampleReport) -> Opened:
    """Views over a mixed world: text as it came, money of orders as decimals."""
    connection = duckdb.connect()
    connection.execute("set autoinstall_known_extensions=false; set threads=1; set TimeZone='UTC'")
    for folder in sorted((report.out / "landing").iterdir()):
        endings = {name.name.split(".", 1)[1] for name in (folder / "standard").iterdir()}
        ending = endings.pop()
        assert not endings, "a dataset has one format"
        reader = READERS[ending].format(f"{folder}/standard/*.{ending}")
        connection.execute(f"create table {folder.name} as select * from {reader}")
    tables = [*sorted((report.out / "registry").glob("*.csv")), *sorted(report.out.glob("truth*.csv"))]
    for path in tables:
        connection.execute(f"create view {path.stem} as select * from {READERS['csv'].format(path)}")
    money = ", ".join(f"cast({name} as decimal(18, 2)) as {name}" for name in MONEY)
    connection.execute(
        f"""
        create view final_orders as
        select * replace ({money})
        from orders
        qualify row_number() over (partition by order_id order by updated_at desc) = 1
        """
    )
    return Opened(report, connection)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    out = tmp_path_factory.mktemp("world")
    opened = open_world(write_sample(out, PEOPLE, DAYS, SEED))
    yield opened
    opened.connection.close()


@pytest.fixture(scope="session")
def world_without_halo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    out = tmp_path_factory.mktemp("silent")
    opened = open_world(write_sample(out, PEOPLE, DAYS, SEED, halo=False))
    yield opened
    opened.connection.close()


def files_of(out: Path) -> dict[str, bytes]:
    """Every file under a folder by its relative path."""
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }
