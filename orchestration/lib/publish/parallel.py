"""Many small pieces of work in one database: DuckDB does a small one with one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(
    connection: duckdb.DuckDBPyConnection,
    work: Callable[[duckdb.DuckDBPyConnection, Item], Result],
    items: Iterable[Item],
) -> list[Result]:
    """The result of each item, in their order; as many are worked on at a time as DuckDB has threads.

    Each has a cursor of its own, which sees what is committed. The first error ends it, and what had not
    begun by then is left undone.
    """
    ((threads,),) = connection.execute("select current_setting('threads')").fetchall()
    with ThreadPoolExecutor(threads) as pool:
        results = [pool.submit(work, connection.cursor(), item) for item in items]
        try:
            return [result.result() for result in results]
        finally:
            for result in results:
                result.cancel()
