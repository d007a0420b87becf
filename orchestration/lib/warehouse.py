"""Reading the work database beside runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.lib.settings import Settings


class WarehouseError(RuntimeError):
    """The work database cannot be read now; the message says why and what to do."""


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the work database.

    Raises:
        WarehouseError: there is none yet, or a run is writing it.
    """
    if not settings.warehouse.is_file():
        raise WarehouseError(f"There is no warehouse in {settings.data} yet. Run `roi run` first.")
    try:
        connection = duckdb.connect(str(settings.warehouse), read_only=True)
    except duckdb.IOException as error:
        reason = "a run is writing it" if "lock" in str(error).lower() else str(error)
        raise WarehouseError(f"{settings.warehouse} cannot be read: {reason}. Try again later.") from error
    with connection:
        yield connection
